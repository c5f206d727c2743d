//! Tests of the real program with a real Postgres, with crashes, outages, shutdowns and hostile clients.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "what a test cannot go on without fails it"
)]

mod at_rest;
mod collector;
mod crash;
mod fairness;
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
