//! The recorders record the metrics in the list, and nothing else.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failing helper fails the test"
)]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use customers_domain::{CustomerId, Verb};
use customers_metrics::{
    HttpMetrics, KeyLookup, METRICS, MeasuredCustomers, MeasuredHealth, MeasuredIdempotencyRecords,
    PoolMetrics, PoolUsage, ProcessMetrics, SECONDS_BUCKETS, describe,
};
use customers_ports::{
    Conflict, CreateOutcome, CustomerRepository as _, DecisionOutcome, EditOutcome, FirstAnswer,
    IdempotencyRecords as _, MockCustomerRepository, MockIdempotencyRecords, MockStoreHealth,
    StoreError, StoreHealth as _, UniqueField,
};
use customers_test_support::builders::{creation, decided, profile, renamed, tenant_id};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// Calls `make` with a recorder that only this test sees.
fn recorded<T>(make: impl FnOnce() -> T) -> (T, PrometheusHandle) {
    let builder = PrometheusBuilder::new().set_buckets(&SECONDS_BUCKETS);
    let recorder = builder.unwrap().build_recorder();
    let handle = recorder.handle();
    (metrics::with_local_recorder(&recorder, make), handle)
}

/// Returns the value of a series. Panics if it does not exist.
#[track_caller]
fn value(handle: &PrometheusHandle, series: &str) -> u64 {
    let page = handle.render();
    let mut lines = page.lines();
    let found = lines.find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    let found = found.unwrap_or_else(|| panic!("{series} is not in:\n{page}"));
    found.parse().unwrap()
}

/// Returns all series of a metric whose value is not 0.
fn nonzero(handle: &PrometheusHandle, metric: &str) -> BTreeSet<String> {
    let page = handle.render();
    page.lines()
        .filter(|line| line.starts_with(metric) && !line.ends_with(" 0"))
        .map(str::to_owned)
        .collect()
}

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

/// The counters of changes after one change with that outcome.
fn one_change(handle: &PrometheusHandle, action: &str, outcome: &str) {
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
        let answered = store.update(tenant_id(), edit.clone()).await;
        assert_eq!(answered, Ok(outcome));
        one_change(&handle, "update", name);
    }
}

#[tokio::test]
async fn every_outcome_of_a_decision_is_counted_with_its_verb() {
    for verb in [Verb::Approve, Verb::Close] {
        let decision = decided(creation(profile()).customer(), verb, None);
        for (outcome, name) in [
            (DecisionOutcome::Decided, "updated"),
            (DecisionOutcome::VersionConflict, "version_conflict"),
            (DecisionOutcome::DecisionTaken, "decision_taken"),
        ] {
            let mut store = MockCustomerRepository::new();
            store.expect_decide().returning(move |_, _| Ok(outcome));
            let (store, handle) = recorded(|| MeasuredCustomers::new(Arc::new(store)));
            let answered = store.decide(tenant_id(), decision.clone()).await;
            assert_eq!(answered, Ok(outcome));
            one_change(&handle, verb.as_str(), name);
        }
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

#[test]
fn requests_and_connections_count_until_they_end() {
    let (metrics, handle) = recorded(HttpMetrics::recording);
    let in_flight = || value(&handle, "customers_http_requests_in_flight");
    let connections = || value(&handle, "customers_http_connections");
    metrics.connections.set_max(3);
    metrics.connections.opened();
    metrics.connections.opened();
    metrics.connections.closed();
    assert_eq!((connections(), in_flight()), (1, 0));
    let dropped = metrics.requests.begin();
    let finished = metrics.requests.begin();
    assert_eq!(in_flight(), 2);
    drop(dropped);
    finished.finish(Some("/customers"), "POST", 201, Duration::from_millis(3));
    assert_eq!(in_flight(), 0);
    assert_eq!(value(&handle, "customers_http_connections_max"), 3);
}

#[test]
fn default_metrics_record_nothing() {
    let ((), handle) = recorded(|| {
        let metrics = HttpMetrics::default();
        metrics.connections.opened();
        metrics.key_cache.count(KeyLookup::Hit);
        let request = metrics.requests.begin();
        request.finish(None, "GET", 404, Duration::ZERO);
    });
    assert_eq!(handle.render(), "");
}

/// Creates and uses every recorder once.
fn record_everything() -> PrometheusHandle {
    let ((), handle) = recorded(|| {
        describe();
        let http = HttpMetrics::recording();
        for lookup in [
            KeyLookup::Hit,
            KeyLookup::Stale,
            KeyLookup::Miss,
            KeyLookup::Unknown,
            KeyLookup::Refused,
        ] {
            http.key_cache.count(lookup);
        }
        let request = http.requests.begin();
        request.finish(None, "other", 404, Duration::ZERO);
        let process = ProcessMetrics::recording("0.0.0");
        process.update();
        process.panic_counter()();
        PoolMetrics::recording().set(PoolUsage {
            open: 3,
            in_use: 2,
            waiting: 1,
            max: 4,
            abandoned: 5,
            writes: 6,
            writes_max: 7,
        });
        MeasuredCustomers::new(Arc::new(MockCustomerRepository::new()));
        MeasuredIdempotencyRecords::new(Arc::new(MockIdempotencyRecords::new()));
    });
    handle
}

#[test]
#[cfg(target_os = "linux")]
fn the_list_matches_the_served_metrics_with_their_kinds_and_help() {
    let page = record_everything().render();
    let lines_after = |word: &str| -> BTreeSet<String> {
        let lines = page.lines().filter_map(|line| line.strip_prefix(word));
        lines.map(str::to_owned).collect()
    };
    let kinds = METRICS
        .iter()
        .map(|metric| format!("{} {}", metric.name, metric.kind.as_str()));
    assert_eq!(lines_after("# TYPE "), kinds.collect());
    let help = METRICS
        .iter()
        .map(|metric| format!("{} {}", metric.name, metric.help));
    assert_eq!(lines_after("# HELP "), help.collect());
}

#[test]
fn pool_usage_and_panics_are_recorded() {
    let handle = record_everything();
    for (series, expected) in [
        ("customers_database_pool_connections", 3),
        ("customers_database_pool_connections_in_use", 2),
        ("customers_database_pool_waiting", 1),
        ("customers_database_pool_connections_max", 4),
        ("customers_database_pool_connections_abandoned", 5),
        ("customers_database_pool_write_connections", 6),
        ("customers_database_pool_write_connections_max", 7),
        ("customers_panics_total", 1),
        ("customers_build_info{version=\"0.0.0\"}", 1),
    ] {
        assert_eq!(value(&handle, series), expected, "{series}");
    }
}

#[test]
fn names_follow_the_conventions_of_prometheus() {
    for metric in METRICS {
        let is_counter = metric.kind.as_str() == "counter";
        assert_eq!(
            metric.name.ends_with("_total"),
            is_counter,
            "{}",
            metric.name
        );
        let is_histogram = metric.kind.as_str() == "histogram";
        assert!(!is_histogram || metric.name.ends_with("_seconds"));
        let ours = metric.name.starts_with("customers_") || metric.name.starts_with("process_");
        assert!(ours, "{}", metric.name);
        assert!(metric.help.ends_with('.'), "{}", metric.help);
    }
    let names: BTreeSet<&str> = METRICS.iter().map(|metric| metric.name).collect();
    assert_eq!(names.len(), METRICS.len(), "duplicate name");
    assert!(SECONDS_BUCKETS.is_sorted());
}
