//! Runs the contract suite of the event feed on the in-memory store.

use std::future::{Ready, ready};
use std::sync::Arc;

use customers_adapter_memory::InMemoryStore;
use customers_test_support::builders::TestClock;
use customers_test_support::contract::{Stores, StoresWithFeed};

fn open() -> Ready<(StoresWithFeed, ())> {
    let store = Arc::new(InMemoryStore::new(Arc::new(TestClock::new())));
    let fed = StoresWithFeed {
        stores: Stores::of(store.clone()),
        feed: store.clone(),
        sequencer: store,
    };
    ready((fed, ()))
}

customers_test_support::event_feed_contract!(open);
