//! For tests alone: what more than one crate's tests need.
//!
//! - [`builders`]: valid values without ceremony, a settable clock, ids.
//! - [`contract`]: what every store must do, as one named test per case; an adapter takes all of
//!   them with one line of [`repository_contract!`].
//! - [`postgres`]: a Postgres server that belongs to the test run, and a database for a test.
//! - [`docker`]: containers and networks that do not outlive the test run; [`Reaper`] sees to that, and
//!   [`free_port`] is where to put what they publish.
//! - [`MASTER_KEY`]: the master key of all tests, and [`master_key_file`] a file with it.
//! - [`eventually`]: the one way to wait for something.
//!
//! Nothing here knows an adapter. Whatever a test cannot go on without fails it by a panic.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "all of this is test code, where a panic is a failed test"
)]

pub mod builders;
pub mod contract;
pub mod docker;
mod environment;
mod master_key;
mod ports;
pub mod postgres;
mod reaper;
mod waiting;

pub use environment::{say, variable};
pub use master_key::{MASTER_KEY, master_key_file};
pub use ports::free_port;
pub use reaper::Reaper;
pub use waiting::eventually;
