//! What the end-to-end tests share.
//!
//! - [`TestApp`] is the HTTP face over a store, called without a socket; [`stores`] are the stores.
//! - [`Call`] is a request to it and [`Answer`] what came back, compared as a whole.
//! - [`Program`] is the real program as a process and [`Caller`] someone who calls it.
//! - [`exposition`] reads a page of metrics and holds it against the list.
//! - [`log_lines`] are those that the documentation tells of.
//! - [`problems`] says what every problem looks like from outside, [`bodies`] what callers send, and
//!   [`life`] what they ask of a customer and by which rules.
//!
//! What a test cannot go on without fails it by a panic.
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
