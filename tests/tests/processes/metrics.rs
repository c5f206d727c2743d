//! The metrics of the program.

mod database;
mod listener;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use customers_metrics::METRICS;
use customers_test_support::eventually;
use customers_test_support::postgres::{PostgresServer, TestDatabase};
use customers_tests::exposition::{Exposition, metric_of};
use customers_tests::{Call, Caller, Program, bodies, stores};
use customers_use_cases::ApiKeySecret;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const TIMEOUT: Duration = Duration::from_secs(30);
const REQUESTS: &str = "customers_http_request_duration_seconds_count";
const STORE: &str = "customers_store_duration_seconds_count";
const CREATES: &str = "customers_creates_total";
const CHANGES: &str = "customers_changes_total";
const LOOKUPS: &str = "customers_key_cache_lookups_total";

/// Starts the program with an empty database, and returns a client with an API key.
async fn serve(args: &[&str]) -> (Program, Caller, String, TestDatabase) {
    let server = PostgresServer::shared().await;
    let database = server.migrated_database(stores::bring_up).await;
    let args = [&["--metrics-listen", "127.0.0.1:0"], args].concat();
    let program = Program::serve(database.url(), &args).await;
    let key = Program::key(database.url(), "Acme");
    let caller = Caller::new(&program, &key);
    (program, caller, key, database)
}

/// Sends a request on a new connection and returns the response.
async fn send(address: SocketAddr, call: Call) -> String {
    exchange(address, &call.into_bytes()).await
}

/// Sends bytes on a new connection and returns the response.
async fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[track_caller]
fn assert_sums(page: &Exposition, metric: &str, label: &str, expected: &[(&str, u64)]) {
    let seen: Vec<(&str, u64)> = expected
        .iter()
        .map(|(value, _)| (*value, page.sum(metric, &[(label, value)])))
        .collect();
    assert_eq!(seen, expected, "{metric}");
}

/// Sends creates with every outcome except a key in progress, and one edit.
async fn bring_traffic(program: &Program, caller: &Caller, key: &str) {
    let person = bodies::with(bodies::person(), "/external_id", "crm-1");
    let created = caller.create(&person, Some("once")).await;
    assert_eq!(created.status, 201, "{}", created.text());
    assert_eq!(caller.create(&person, Some("once")).await.status, 201);
    assert_eq!(caller.create(&person, None).await.status, 409);
    let same_reference = bodies::with(bodies::person(), "/external_id", "crm-1");
    assert_eq!(caller.create(&same_reference, None).await.status, 409);
    let other = bodies::with(person, "/last_name", "Other");
    assert_eq!(caller.create(&other, Some("once")).await.status, 422);
    let patch = Call::new("PATCH", created.header("location"))
        .key(key)
        .header("if-match", "\"1\"")
        .json(&serde_json::json!({"first_name": "Ada"}));
    let edited = send(program.address(), patch).await;
    assert!(edited.starts_with("HTTP/1.1 200 "), "{edited}");
    assert_eq!(caller.get("/health/ready").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_some_traffic_every_metric_is_served_with_its_values() {
    let (program, caller, key, _database) = serve(&[]).await;
    bring_traffic(&program, &caller, &key).await;
    let page = program
        .metrics(|page| page.sum(REQUESTS, &[("route", "/health/ready")]) > 0)
        .await;

    assert_eq!(page.violations(), Vec::<String>::new());
    let served: BTreeSet<&str> = page
        .samples
        .iter()
        .filter_map(|sample| metric_of(&sample.name))
        .map(|metric| metric.name)
        .collect();
    let listed: BTreeSet<&str> = METRICS.iter().map(|metric| metric.name).collect();
    assert_eq!(served, listed);
    assert!(listed.iter().all(|name| page.kinds.contains_key(*name)));

    assert_sums(
        &page,
        CREATES,
        "outcome",
        &[
            ("created", 1),
            ("replayed", 1),
            ("email_taken", 1),
            ("external_id_taken", 1),
            ("key_reused", 1),
            ("key_in_progress", 0),
        ],
    );
    assert_sums(&page, CHANGES, "action", &[("update", 1), ("close", 0)]);
    assert_sums(&page, STORE, "operation", &[("create", 5), ("check", 1)]);
    assert_sums(
        &page,
        STORE,
        "outcome",
        &[("unavailable", 0), ("defect", 0)],
    );
    let creates = [("route", "/customers"), ("method", "POST")];
    let statuses = ["201", "409", "422"];
    let seen = statuses.map(|it| page.sum(REQUESTS, &[creates[0], creates[1], ("status", it)]));
    assert_eq!(seen, [2, 2, 1]);
    assert_eq!(page.sum("customers_http_requests_in_flight", &[]), 0);
    assert!(page.sum("customers_http_connections", &[]) >= 1);
    assert!(page.sum("process_resident_memory_bytes", &[]) > 1_000_000);
    let version = [("version", env!("CARGO_PKG_VERSION"))];
    assert_eq!(page.sum("customers_build_info", &version), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_exist_from_startup_with_the_value_zero() {
    let (program, ..) = serve(&[]).await;
    let page = program.metrics(|_| true).await;
    for metric in METRICS {
        let is_counter = metric.kind.as_str() == "counter";
        if is_counter && metric.name.starts_with("customers_") {
            assert!(page.has(metric.name, &[]), "{} is not there", metric.name);
            assert_eq!(page.sum(metric.name, &[]), 0, "{}", metric.name);
        }
    }
    assert!(page.has(
        STORE,
        &[("operation", "create"), ("outcome", "unavailable")]
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn client_input_creates_no_series() {
    let (program, caller, key, _database) = serve(&[]).await;
    for number in 0..20 {
        let unknown = caller.get(&format!("/made-up/{number}")).await;
        assert_eq!(unknown.status, 404);
        let nobody = format!("/customers/{number:08}-0000-7000-8000-000000000000");
        assert_eq!(caller.get(&nobody).await.status, 404);
        let odd = Call::new(&format!("MADE{number}"), "/customers").key(&key);
        let answer = send(program.address(), odd).await;
        assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
    }
    let page = program
        .metrics(|page| page.sum(REQUESTS, &[("method", "other")]) >= 20)
        .await;
    assert_eq!(page.violations(), Vec::<String>::new());
    let series: BTreeSet<[&str; 3]> = page
        .samples
        .iter()
        .filter(|sample| sample.name == REQUESTS)
        .map(|sample| ["route", "method", "status"].map(|name| sample.labels[name].as_str()))
        .collect();
    let expected = [
        ["/customers", "other", "405"],
        ["/customers/{id}", "GET", "404"],
        ["none", "GET", "404"],
    ];
    assert_eq!(series, expected.into());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_a_miss_then_a_hit_and_an_unknown_key_is_cached_as_unknown() {
    let (program, caller, ..) = serve(&[]).await;
    let nobodys_key = ApiKeySecret::generate().unwrap();
    let unknown_client = Caller::new(&program, nobodys_key.expose());
    for (caller, status) in [(&caller, 200), (&unknown_client, 401)] {
        for _ in 0..2 {
            assert_eq!(caller.get("/customers").await.status, status);
        }
    }
    let page = program
        .metrics(|page| page.sum(REQUESTS, &[("status", "401")]) >= 2)
        .await;
    assert_eq!(page.sum(LOOKUPS, &[]), 4);
    // On a slow machine the cached entry may have expired by the second request.
    assert!(page.sum(LOOKUPS, &[("result", "miss")]) >= 2);
    eventually("a hit", TIMEOUT, async || {
        caller.get("/customers").await;
        let page = program.metrics(|_| true).await;
        page.sum(LOOKUPS, &[("result", "hit")]) >= 1
    })
    .await;
    eventually("a cached unknown key", TIMEOUT, async || {
        unknown_client.get("/customers").await;
        let page = program.metrics(|_| true).await;
        page.sum(LOOKUPS, &[("result", "unknown")]) >= 1
    })
    .await;
}
