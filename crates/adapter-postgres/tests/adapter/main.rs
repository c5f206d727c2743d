//! The Postgres adapter against a real server.

#![expect(
    clippy::unwrap_used,
    reason = "all of this is test code, where a panic is a failed test"
)]

mod contract;
mod erasure;
mod events;
mod failures;
mod idempotency;
mod locks;
mod lost_answers;
mod lost_races;
mod modules;
mod neighbours;
mod newer_program;
mod plans;
mod proxy;
mod replaced;
mod schema;
mod sealer;
mod sealing;
mod secrecy;
mod silent;
mod stalled;
mod startup;
mod store;
mod sweep;
mod together;
mod update_locks;
