//! The age of idempotency records in memory follows the store's clock.

use std::sync::Arc;

use chrono::TimeDelta;
use customers_adapter_memory::InMemoryStore;
use customers_ports::{CreateOutcome, CustomerRepository as _, IdempotencyRecords as _};
use customers_test_support::builders::{TestClock, claim, claimed, minimal_profile, tenant_id};

#[tokio::test]
async fn records_are_swept_by_age_and_oldest_first() {
    let clock = Arc::new(TestClock::new());
    let store = InMemoryStore::new(clock.clone());
    let tenant = tenant_id();
    for key in ["old", "young"] {
        let request = claimed(minimal_profile(), claim(key, "body"));
        let outcome = store.create(tenant, request).await;
        assert_eq!(outcome, Ok(CreateOutcome::Created));
        clock.advance(TimeDelta::hours(1));
    }
    let day = TimeDelta::hours(24);
    clock.advance(TimeDelta::hours(22) - TimeDelta::microseconds(1));
    assert_eq!(store.sweep(day, 10).await, Ok(0));
    clock.advance(TimeDelta::microseconds(1));
    assert_eq!(store.sweep(day, 10).await, Ok(1));
    let request = claimed(minimal_profile(), claim("young", "other body"));
    let outcome = store.create(tenant, request).await;
    assert_eq!(outcome, Ok(CreateOutcome::KeyReused));
}
