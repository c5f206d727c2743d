//! A measured store passes the repository contract: measuring changes no outcome.

use std::future::{Ready, ready};
use std::sync::Arc;

use customers_adapter_memory::InMemoryStore;
use customers_metrics::{
    MeasuredApiKeys, MeasuredCustomers, MeasuredHealth, MeasuredIdempotencyRecords,
};
use customers_test_support::builders::TestClock;
use customers_test_support::contract::Stores;

fn open() -> Ready<(Stores, ())> {
    let store = Arc::new(InMemoryStore::new(Arc::new(TestClock::new())));
    let stores = Stores {
        customers: Arc::new(MeasuredCustomers::new(store.clone())),
        api_keys: Arc::new(MeasuredApiKeys::new(store.clone())),
        idempotency: Arc::new(MeasuredIdempotencyRecords::new(store.clone())),
        health: Arc::new(MeasuredHealth::new(store)),
    };
    ready((stores, ()))
}

customers_test_support::repository_contract!(open);
