//! The list of metrics matches the recorders.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use customers_metrics::{
    EventMetrics, HttpMetrics, KeyLookup, METRICS, MeasuredCustomers, MeasuredIdempotencyRecords,
    PoolMetrics, PoolUsage, ProcessMetrics, SECONDS_BUCKETS, describe,
};
use customers_ports::{MockCustomerRepository, MockIdempotencyRecords};
use metrics_exporter_prometheus::PrometheusHandle;

use crate::{recorded, value};

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
        let events = EventMetrics::recording();
        events.record_lag(TimeDelta::milliseconds(7));
        events.set_waiting(1, TimeDelta::seconds(2));
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
