//! A module's operation runs once for all requests with the same claim.

use std::sync::Arc;

use chrono::TimeDelta;
use customers_adapter_memory::{Claimed, InMemoryStore, MemoryLimit};
use customers_ports::{
    CreateOutcome, CustomerRepository as _, EarlierRequest, IdempotencyRecords as _,
    RecordedOutcome, StoreError,
};
use customers_test_support::builders::{
    TestClock, claim, claim_of, claimed, customer_id, minimal_profile, tenant_id, test_time,
};

const OPERATION: &str = "POST /wallets";

fn outcome() -> RecordedOutcome {
    RecordedOutcome {
        code: 7,
        resource_id: customer_id(test_time()).as_uuid(),
        detail: vec![1, 0, 255],
    }
}

#[test]
fn an_operation_runs_only_for_the_first_request() {
    let store = InMemoryStore::new(Arc::new(TestClock::new()));
    let (tenant, outcome) = (tenant_id(), outcome());
    let wanted = claim_of(OPERATION, "key", "body");
    let open = |claim| store.run_once(tenant, claim, || ("opened", Some(outcome.clone())));
    assert_eq!(open(wanted), Ok(Claimed::First("opened")));
    assert_eq!(
        open(wanted),
        Ok(Claimed::Earlier(EarlierRequest::Same(outcome.clone())))
    );
    let reused = claim_of(OPERATION, "key", "other body");
    assert_eq!(open(reused), Ok(Claimed::Earlier(EarlierRequest::Other)));
    let of_another_key = claim_of(OPERATION, "other key", "body");
    assert_eq!(open(of_another_key), Ok(Claimed::First("opened")));
}

#[test]
fn an_operation_without_a_recorded_outcome_can_be_retried() {
    let store = InMemoryStore::new(Arc::new(TestClock::new()));
    let (tenant, wanted) = (tenant_id(), claim_of(OPERATION, "key", "body"));
    let refused = store.run_once(tenant, wanted, || ("refused", None));
    assert_eq!(refused, Ok(Claimed::First("refused")));
    let opened = store.run_once(tenant, wanted, || ("opened", Some(outcome())));
    assert_eq!(opened, Ok(Claimed::First("opened")));
}

#[tokio::test]
async fn records_of_a_module_are_separate_from_those_of_creates_and_swept_with_them() {
    let store = InMemoryStore::new(Arc::new(TestClock::new()));
    let tenant = tenant_id();
    let wanted = claim_of(OPERATION, "key", "body");
    let opened = store.run_once(tenant, wanted, || ((), Some(outcome())));
    assert_eq!(opened, Ok(Claimed::First(())));
    let creation = claimed(minimal_profile(), claim("key", "body"));
    let created = store.create(tenant, creation).await;
    assert_eq!(created, Ok(CreateOutcome::Created));
    assert_eq!(store.sweep(TimeDelta::zero(), 10).await, Ok(2));
    let again = store.run_once(tenant, wanted, || ((), None));
    assert_eq!(again, Ok(Claimed::First(())));
}

#[test]
fn an_operation_does_not_run_if_the_store_has_no_memory_for_its_record() {
    let limit = MemoryLimit::bytes(1);
    let store = InMemoryStore::limited(Arc::new(TestClock::new()), limit.clone());
    let wanted = claim_of(OPERATION, "key", "body");
    let full = store.run_once(tenant_id(), wanted, || -> (Claimed<()>, _) {
        panic!("the operation ran")
    });
    assert!(matches!(full, Err(StoreError::Full { .. })), "{full:?}");
    assert_eq!(limit.used(), 0);
}
