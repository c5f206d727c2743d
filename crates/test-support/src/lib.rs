//! Test utilities that are shared by the tests of several crates.
//!
//! - [`builders`]: builders of valid values, a settable clock, and ids.
//! - [`contract`]: the contract suite for stores, one named test per case. An adapter runs all of them with
//!   one line of [`repository_contract!`].
//! - [`postgres`]: a Postgres server for the test run, and a database for each test.
//! - [`docker`]: containers and networks that are removed at the end of the test run, by [`Reaper`].
//!   [`free_port`] returns a port to publish on.
//! - [`MASTER_KEY`]: the master key of all tests; [`master_key_file`] is a file with it.
//! - [`eventually`]: polls until a condition holds.
//!
//! This crate depends on no adapter. Its functions panic on errors, which fails the test.
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
