//! The Postgres adapter against a real server.

#![expect(
    clippy::unwrap_used,
    reason = "all of this is test code, where a panic is a failed test"
)]

mod contract;
mod failures;
mod locks;
mod plans;
mod schema;
mod secrecy;
mod startup;
mod store;
mod update_locks;
