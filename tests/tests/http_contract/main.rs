//! What the service looks like over HTTP, one named test a case, on every store.
//!
//! A case is a `pub async fn` that takes a [`TestApp`] over an empty store, in the module of its
//! subject, and a line in `cases`; a test fails when the line is forgotten.
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

    http_contract!(stores::memory);
    event_feed!(stores::memory_with_feed);
}

mod on_postgres {
    use customers_tests::{TestApp, stores};

    http_contract!(stores::postgres);
}
