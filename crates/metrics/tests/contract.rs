//! A measured store passes the repository contract: measuring changes no outcome.

use std::future::{Ready, ready};
use std::sync::Arc;

use customers_adapter_memory::InMemoryStore;
use customers_metrics::{
    MeasuredApiKeys, MeasuredCustomers, MeasuredEventFeed, MeasuredEventSequencer, MeasuredHealth,
    MeasuredIdempotencyRecords,
};
use customers_test_support::builders::TestClock;
use customers_test_support::contract::{Stores, StoresWithFeed};

fn open() -> Ready<(Stores, ())> {
    ready((measured(store()), ()))
}

fn open_with_feed() -> Ready<(StoresWithFeed, ())> {
    let store = store();
    let fed = StoresWithFeed {
        stores: measured(store.clone()),
        feed: Arc::new(MeasuredEventFeed::new(store.clone())),
        sequencer: Arc::new(MeasuredEventSequencer::new(store)),
    };
    ready((fed, ()))
}

fn store() -> Arc<InMemoryStore> {
    Arc::new(InMemoryStore::new(Arc::new(TestClock::new())))
}

fn measured(store: Arc<InMemoryStore>) -> Stores {
    Stores {
        customers: Arc::new(MeasuredCustomers::new(store.clone())),
        api_keys: Arc::new(MeasuredApiKeys::new(store.clone())),
        idempotency: Arc::new(MeasuredIdempotencyRecords::new(store.clone())),
        health: Arc::new(MeasuredHealth::new(store)),
    }
}

customers_test_support::repository_contract!(open);
customers_test_support::event_feed_contract!(open_with_feed);
