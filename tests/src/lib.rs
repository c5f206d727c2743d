//! Utilities for the tests of HTTP and of the program.
//!
//! - [`TestApp`] is the HTTP adapter over a store, called without a socket. [`stores`] contains the stores.
//! - [`Call`] is a request, and [`Answer`] a response that is compared as a whole.
//! - [`Program`] is the real program as a process, and [`Caller`] a client.
//! - [`exposition`] parses the metrics page and compares it with the list.
//! - [`log_lines`] contains the documented log lines.
//! - [`problems`] contains the expected problems, [`bodies`] request bodies, and [`life`] the status rules and requests
//!   for changes.
//!
//! These functions panic on errors, which fails the test.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "all of this is test code, where a panic is a failed test"
)]

mod answer;
mod app;
pub mod bodies;
mod call;
mod caller;
pub mod exposition;
mod feed;
pub mod life;
pub mod log_lines;
pub mod problems;
mod program;
pub mod stores;

pub use answer::Answer;
pub use app::TestApp;
pub use call::{Call, REQUEST_ID};
pub use caller::Caller;
pub use program::Program;
