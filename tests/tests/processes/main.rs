//! The real program over a real Postgres: what becomes of customers when processes die, stop, freeze
//! and are misused.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "what a test cannot go on without fails it"
)]

mod at_rest;
mod collector;
mod crash;
mod hang_up;
mod hostile;
mod metrics;
mod outage;
mod privacy;
mod read_only;
mod shutdown;
mod stall;
mod startup;
mod traces;
