//! The HTTP API, as one named test per case. Cases that depend on the store run on every store.
//!
//! A case is a `pub async fn` in the module of its subject that takes a [`TestApp`] over an empty store, and a line in
//! `cases`. A test fails if the line is missing.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what a case cannot go on without fails it"
)]

#[macro_use]
mod cases;

mod change_order;
mod completeness;
mod conflicts;
mod decisions;
mod dry_runs;
mod edit_faults;
mod edits;
mod erasure;
mod events;
mod failures;
mod filters;
mod framing;
mod history;
mod idempotency_header;
mod if_match;
mod keys;
mod list;
mod malformed;
mod metadata;
mod negotiation;
mod order;
mod pages;
mod parallel;
mod query;
mod races;
mod read;
mod reasons;
mod refusals;
mod replay;
mod request_ids;
mod routes;
mod secrecy;
mod seed;
mod shape;
mod tenants;
mod transitions;
mod values;
mod walk;
mod wire;
mod words;

mod on_memory {
    use customers_tests::{TestApp, stores};

    requests!(stores::memory);
    store_cases!(stores::memory);
    event_feed!(stores::memory_with_feed);
}

mod on_postgres {
    use customers_tests::{TestApp, stores};

    store_cases!(stores::postgres);
    event_feed!(stores::postgres_with_feed);
}
