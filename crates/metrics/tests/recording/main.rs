//! The recorders record the metrics in the list, and nothing else.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failing helper fails the test"
)]

mod list;
mod stores;

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;
use customers_metrics::{EventMetrics, HttpMetrics, KeyLookup, SECONDS_BUCKETS};
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
fn the_lag_of_events_and_what_waits_are_recorded() {
    let (metrics, handle) = recorded(EventMetrics::recording);
    // The clock of another copy is ahead.
    for milliseconds in [40, -3] {
        metrics.record_lag(TimeDelta::milliseconds(milliseconds));
    }
    metrics.set_waiting(12, TimeDelta::seconds(3));
    let lag = |le| {
        let series = format!("customers_events_lag_seconds_bucket{{le=\"{le}\"}}");
        value(&handle, &series)
    };
    assert_eq!((lag("0.0005"), lag("0.025"), lag("0.05")), (1, 1, 2));
    assert_eq!(value(&handle, "customers_events_waiting"), 12);
    let oldest = value(&handle, "customers_events_oldest_waiting_seconds");
    assert_eq!(oldest, 3);
}

#[test]
fn default_metrics_record_nothing() {
    let ((), handle) = recorded(|| {
        let metrics = HttpMetrics::default();
        metrics.connections.opened();
        metrics.key_cache.count(KeyLookup::Hit);
        let events = EventMetrics::default();
        events.record_lag(TimeDelta::zero());
        events.set_waiting(1, TimeDelta::zero());
        let request = metrics.requests.begin();
        request.finish(None, "GET", 404, Duration::ZERO);
    });
    assert_eq!(handle.render(), "");
}
