//! Runs the store contract suite on the toy store.

use std::future::{Ready, ready};
use std::sync::Arc;

use customers_examples::toy_store::ToyStore;
use customers_test_support::builders::TestClock;
use customers_test_support::contract::Stores;

fn open() -> Ready<(Stores, ())> {
    let store = ToyStore::new(Arc::new(TestClock::new()));
    ready((Stores::of(Arc::new(store)), ()))
}

customers_test_support::repository_contract!(open);
