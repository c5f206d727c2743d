//! Metrics of the stores.

use std::sync::Arc;

use chrono::TimeDelta;
use customers_domain::{Customer, CustomerId, ErasedCustomer, Verb};
use customers_metrics::{MeasuredCustomers, MeasuredHealth, MeasuredIdempotencyRecords};
use customers_ports::{
    Conflict, CreateOutcome, CustomerRepository as _, DecisionOutcome, EditOutcome, ErasureOutcome,
    FirstAnswer, IdempotencyRecords as _, MockCustomerRepository, MockIdempotencyRecords,
    MockStoreHealth, StoreError, StoreHealth as _, UniqueField,
};
use customers_test_support::builders::{creation, decided, erasure, profile, renamed, tenant_id};
use metrics_exporter_prometheus::PrometheusHandle;

use crate::{nonzero, recorded, value};

fn conflict(field: UniqueField) -> Conflict {
    Conflict {
        field,
        holder: creation(profile()).customer().id(),
    }
}

fn unavailable() -> StoreError {
    StoreError::unavailable("connection refused")
}

#[tokio::test]
async fn every_outcome_of_a_create_is_counted() {
    let new = creation(profile());
    let first = FirstAnswer::Created(new.customer().receipt());
    let table = [
        (CreateOutcome::Created, "created"),
        (CreateOutcome::Replayed(first), "replayed"),
        (
            CreateOutcome::Taken(conflict(UniqueField::Email)),
            "email_taken",
        ),
        (
            CreateOutcome::Taken(conflict(UniqueField::ExternalId)),
            "external_id_taken",
        ),
        (CreateOutcome::KeyReused, "key_reused"),
        (CreateOutcome::KeyInProgress, "key_in_progress"),
    ];
    for (outcome, name) in table {
        let mut store = MockCustomerRepository::new();
        store.expect_create().returning(move |_, _| Ok(outcome));
        let (store, handle) = recorded(|| MeasuredCustomers::new(Arc::new(store)));
        assert!(nonzero(&handle, "customers_creates_total").is_empty());
        let result = store.create(tenant_id(), new.clone()).await;
        assert_eq!(result, Ok(outcome));
        let expected = format!("customers_creates_total{{outcome=\"{name}\"}} 1");
        assert_eq!(
            nonzero(&handle, "customers_creates_total"),
            [expected].into()
        );
    }
}

/// Checks that exactly one change with this outcome was counted.
fn assert_one_change(handle: &PrometheusHandle, action: &str, outcome: &str) {
    let labels = format!("action=\"{action}\",outcome=\"{outcome}\"");
    let expected = format!("customers_changes_total{{{labels}}} 1");
    assert_eq!(
        nonzero(handle, "customers_changes_total"),
        [expected].into()
    );
}

#[tokio::test]
async fn every_outcome_of_an_edit_is_counted() {
    let edit = renamed(creation(profile()).customer());
    for (outcome, name) in [
        (EditOutcome::Updated, "updated"),
        (EditOutcome::VersionConflict, "version_conflict"),
        (EditOutcome::Erased(remains()), "erased"),
        (
            EditOutcome::Taken(conflict(UniqueField::Email)),
            "email_taken",
        ),
        (
            EditOutcome::Taken(conflict(UniqueField::ExternalId)),
            "external_id_taken",
        ),
    ] {
        let mut store = MockCustomerRepository::new();
        store.expect_update().returning(move |_, _| Ok(outcome));
        let (store, handle) = recorded(|| MeasuredCustomers::new(Arc::new(store)));
        let result = store.update(tenant_id(), edit.clone()).await;
        assert_eq!(result, Ok(outcome));
        assert_one_change(&handle, "update", name);
    }
}

#[tokio::test]
async fn every_outcome_of_a_decision_is_counted_with_its_verb() {
    for verb in [Verb::Approve, Verb::Close] {
        let decision = decided(creation(profile()).customer(), verb, None);
        for (outcome, name) in [
            (DecisionOutcome::Decided, "updated"),
            (DecisionOutcome::VersionConflict, "version_conflict"),
            (DecisionOutcome::Erased(remains()), "erased"),
            (DecisionOutcome::DecisionTaken, "decision_taken"),
        ] {
            let mut store = MockCustomerRepository::new();
            store.expect_decide().returning(move |_, _| Ok(outcome));
            let (store, handle) = recorded(|| MeasuredCustomers::new(Arc::new(store)));
            let result = store.decide(tenant_id(), decision.clone()).await;
            assert_eq!(result, Ok(outcome));
            assert_one_change(&handle, verb.as_str(), name);
        }
    }
}

fn closed() -> Customer {
    let close = decided(creation(profile()).customer(), Verb::Close, None);
    close.into_parts().0
}

fn remains() -> ErasedCustomer {
    erasure(&closed(), None).erased()
}

#[tokio::test]
async fn every_outcome_of_an_erasure_is_counted() {
    for (outcome, name) in [
        (ErasureOutcome::Erased, "updated"),
        (ErasureOutcome::VersionConflict, "version_conflict"),
        (ErasureOutcome::AlreadyErased(remains()), "erased"),
        (ErasureOutcome::DecisionTaken, "decision_taken"),
    ] {
        let mut store = MockCustomerRepository::new();
        store.expect_erase().returning(move |_, _| Ok(outcome));
        let (store, handle) = recorded(|| MeasuredCustomers::new(Arc::new(store)));
        let answered = store.erase(tenant_id(), erasure(&closed(), None)).await;
        assert_eq!(answered, Ok(outcome));
        assert_one_change(&handle, "erase", name);
    }
}

#[tokio::test]
async fn calls_are_timed_by_outcome_and_failed_creates_are_not_counted() {
    let (mut customers, mut health) = (MockCustomerRepository::new(), MockStoreHealth::new());
    customers.expect_find().returning(|_, _| Ok(None));
    customers
        .expect_create()
        .returning(|_, _| Err(StoreError::defect("broken")));
    health.expect_check().returning(|| Err(unavailable()));
    let ((customers, health), handle) = recorded(|| {
        let customers = MeasuredCustomers::new(Arc::new(customers));
        (customers, MeasuredHealth::new(Arc::new(health)))
    });
    let new = creation(profile());
    let id: CustomerId = new.customer().id();
    for _ in 0..3 {
        assert_eq!(customers.find(tenant_id(), id).await, Ok(None));
    }
    assert!(customers.create(tenant_id(), new).await.is_err());
    assert_eq!(health.check().await, Err(unavailable()));

    let count = |port, operation, outcome| {
        let labels = format!("port=\"{port}\",operation=\"{operation}\",outcome=\"{outcome}\"");
        let series = format!("customers_store_duration_seconds_count{{{labels}}}");
        value(&handle, &series)
    };
    for (port, operation, expected) in [
        ("customers", "find", [3, 0, 0]),
        ("customers", "create", [0, 0, 1]),
        ("customers", "update", [0, 0, 0]),
        ("customers", "decide", [0, 0, 0]),
        ("customers", "erase", [0, 0, 0]),
        ("health", "check", [0, 1, 0]),
    ] {
        let seen = ["ok", "unavailable", "defect"].map(|it| count(port, operation, it));
        assert_eq!(seen, expected, "{port} {operation}");
    }
    assert!(nonzero(&handle, "customers_creates_total").is_empty());
}

#[tokio::test]
async fn deleted_records_are_summed() {
    let mut store = MockIdempotencyRecords::new();
    let mut sweeps = vec![Err(unavailable()), Ok(7), Ok(500)];
    store
        .expect_sweep()
        .returning(move |_, _| sweeps.pop().unwrap());
    let (store, handle) = recorded(|| MeasuredIdempotencyRecords::new(Arc::new(store)));
    for _ in 0..3 {
        let _ = store.sweep(TimeDelta::hours(24), 500).await;
    }
    let swept = value(&handle, "customers_idempotency_records_swept_total");
    assert_eq!(swept, 507);
}
