//! Traces, as received by a collector.

use std::time::{Duration, Instant};

use customers_test_support::postgres::{PostgresServer, TestDatabase};
use customers_tests::{Call, Program, bodies, stores};
use nix::sys::signal::Signal;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::collector::{Collector, attribute, hex};
use crate::privacy::exchange;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

/// Generous time limit for a request.
const QUICK: Duration = Duration::from_secs(2);
/// The two seconds for the last export, and a reserve for a busy machine.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);

async fn database() -> (TestDatabase, String) {
    let server = PostgresServer::shared().await;
    let database = server.migrated_database(stores::bring_up).await;
    let key = Program::key(database.url(), "Acme");
    (database, key)
}

async fn serve(database: &TestDatabase, endpoint: &str) -> Program {
    let flags = ["--drain-delay", "0s", "--otlp-endpoint", endpoint];
    Program::serve(database.url(), &flags).await
}

/// Stops the program, which exports its last spans, and returns its output.
async fn end(program: Program) -> String {
    program.signal(Signal::SIGTERM);
    let (status, log) = program.ended().await;
    assert_eq!(status.code(), Some(0), "{log}");
    log
}

/// Returns the log line of the only request.
fn request_line(log: &str) -> Value {
    let lines = log.lines().filter(|line| line.contains("\"route\""));
    let mut lines = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    let line = lines.next().unwrap();
    assert!(lines.next().is_none(), "{log}");
    line
}

fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let names: Vec<_> = spans.iter().map(|span| &span.name).collect();
    let found = spans.iter().find(|span| span.name == name);
    assert!(found.is_some(), "{name} is not among {names:?}");
    found.unwrap()
}

fn create(key: &str) -> Call {
    Call::new("POST", "/customers")
        .key(key)
        .json(&bodies::person())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_a_span_in_the_clients_trace_with_child_spans() {
    let (database, key) = database().await;
    let collector = Collector::open().await;
    let program = serve(&database, collector.url()).await;
    let call = create(&key)
        .header("traceparent", format!("00-{TRACE}-{PARENT}-01"))
        .header("tracestate", "vendor=value");
    let answer = exchange(&program, &call.into_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    let line = request_line(&end(program).await);

    let spans = collector.spans();
    let request = named(&spans, "POST /customers");
    assert_eq!(hex(&request.trace_id), TRACE);
    assert_eq!(hex(&request.parent_span_id), PARENT);
    assert_eq!(request.trace_state, "vendor=value");
    assert_eq!(request.kind(), SpanKind::Server);
    for (name, value) in [
        ("http.request.method", "POST"),
        ("http.route", "/customers"),
        ("http.response.status_code", "201"),
        ("url.scheme", "http"),
        ("error.type", ""),
        ("request_id", "the-request"),
        ("key_id", line["key_id"].as_str().unwrap()),
        ("tenant_id", line["tenant_id"].as_str().unwrap()),
    ] {
        assert_eq!(attribute(&request.attributes, name), value, "{name}");
    }
    let looked_up = named(&spans, "postgres.find_api_key");
    assert_eq!(looked_up.parent_span_id, request.span_id);
    let created = named(&spans, "create_customer");
    assert_eq!(created.parent_span_id, request.span_id);
    assert!(answer.contains(&attribute(&created.attributes, "customer.id")));
    let stored = named(&spans, "postgres.create_customer");
    assert_eq!(stored.parent_span_id, created.span_id);
    assert_eq!(stored.kind(), SpanKind::Client);
    assert!(spans.iter().all(|span| hex(&span.trace_id) == TRACE));
    assert_eq!(line["trace_id"], TRACE);

    let resource = collector.resource().attributes;
    assert_eq!(attribute(&resource, "service.name"), "customers");
    assert_eq!(
        attribute(&resource, "service.version"),
        env!("CARGO_PKG_VERSION")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_without_a_valid_parent_starts_a_trace() {
    let (database, key) = database().await;
    for parent in [None, Some("00-planted-b7ad6b7169203331-01")] {
        let collector = Collector::open().await;
        let program = serve(&database, collector.url()).await;
        let mut call = Call::get("/statuses").key(&key);
        if let Some(parent) = parent {
            call = call.header("traceparent", parent);
        }
        let answer = exchange(&program, &call.into_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        let line = request_line(&end(program).await);
        let spans = collector.spans();
        let request = named(&spans, "GET /statuses");
        assert!(request.parent_span_id.is_empty());
        assert_eq!(line["trace_id"], hex(&request.trace_id));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_an_unsampled_parent_no_span_is_exported_and_the_log_has_the_trace_id() {
    let (database, key) = database().await;
    let collector = Collector::open().await;
    let program = serve(&database, collector.url()).await;
    let call = create(&key).header("traceparent", format!("00-{TRACE}-{PARENT}-00"));
    let answer = exchange(&program, &call.into_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    let line = request_line(&end(program).await);
    assert_eq!(collector.spans(), []);
    assert_eq!(line["trace_id"], TRACE);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_attributes_contain_no_client_input() {
    let (database, key) = database().await;
    let collector = Collector::open().await;
    let program = serve(&database, collector.url()).await;
    for call in [
        Call::get("/customers/zqid").key(&key),
        Call::get("/zqpath?zqquery=1").key(&key),
        Call::get("/customers?email=zqmail@example.com").key(&key),
        Call::new("ZQMETHOD", "/customers").header("user-agent", "zqagent"),
    ] {
        exchange(&program, &call.into_bytes()).await;
    }
    end(program).await;
    let spans = collector.spans();
    let names = [
        "GET /customers/{id}",
        "GET",
        "GET /customers",
        "HTTP /customers",
    ];
    for name in names {
        let span = named(&spans, name);
        assert!(span.parent_span_id.is_empty(), "{name}");
    }
    let odd = named(&spans, "HTTP /customers");
    assert_eq!(attribute(&odd.attributes, "http.request.method"), "_OTHER");
    collector.look(|deliveries| {
        for delivery in deliveries {
            let text = String::from_utf8_lossy(&delivery.bytes).to_ascii_lowercase();
            assert!(!text.contains("zq"), "{text}");
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn only_requests_start_traces() {
    let (database, key) = database().await;
    let collector = Collector::open().await;
    let program = serve(&database, collector.url()).await;
    for call in [Call::get("/health/ready"), create(&key)] {
        exchange(&program, &call.into_bytes()).await;
    }
    end(program).await;
    let spans = collector.spans();
    let ready = named(&spans, "GET /health/ready");
    let checked = named(&spans, "postgres.health");
    assert_eq!(checked.parent_span_id, ready.span_id);
    for span in spans.iter().filter(|span| span.parent_span_id.is_empty()) {
        assert_eq!(span.kind(), SpanKind::Server, "{}", span.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_variables_of_opentelemetry_are_used() {
    let (database, key) = database().await;
    let collector = Collector::open().await;
    let variables = |sampler| {
        [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url()),
            ("OTEL_EXPORTER_OTLP_HEADERS", "x-team=wallets"),
            (
                "OTEL_RESOURCE_ATTRIBUTES",
                "deployment.environment.name=test",
            ),
            ("OTEL_SERVICE_NAME", "kyc"),
            ("OTEL_TRACES_SAMPLER", sampler),
        ]
    };
    for sampler in ["always_off", "always_on"] {
        let flags = ["--drain-delay", "0s"];
        let program = Program::serve_with(database.url(), &flags, &variables(sampler)).await;
        exchange(&program, &create(&key).into_bytes()).await;
        end(program).await;
        assert_eq!(collector.spans().is_empty(), sampler == "always_off");
    }
    let resource = collector.resource().attributes;
    assert_eq!(attribute(&resource, "service.name"), "kyc");
    assert_eq!(attribute(&resource, "deployment.environment.name"), "test");
    collector.look(|deliveries| assert_eq!(deliveries[0].headers["x-team"], "wallets"));
}

#[tokio::test(flavor = "multi_thread")]
async fn traces_are_exported_over_tls_only_to_a_trusted_collector() {
    let (database, key) = database().await;
    let folder = tempfile::tempdir().unwrap();
    let (own, other) = (folder.path().join("own"), folder.path().join("another"));
    let collector = Collector::open_with_tls(&own).await;
    Collector::open_with_tls(&other).await;
    for (authority, trusted) in [(other, false), (own, true)] {
        let flags = ["--drain-delay", "0s", "--otlp-endpoint", collector.url()];
        let variables = [("SSL_CERT_FILE", authority.to_str().unwrap())];
        let program = Program::serve_with(database.url(), &flags, &variables).await;
        exchange(&program, &create(&key).into_bytes()).await;
        let log = end(program).await;
        assert_eq!(collector.spans().is_empty(), !trusted, "{log}");
        assert_eq!(log.contains("traces"), !trusted, "{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_collector_no_line_has_a_trace_id() {
    let (database, key) = database().await;
    let program = Program::serve(database.url(), &["--drain-delay", "0s"]).await;
    let call = create(&key).header("traceparent", format!("00-{TRACE}-{PARENT}-01"));
    exchange(&program, &call.into_bytes()).await;
    let log = end(program).await;
    assert_eq!(request_line(&log)["status"], 201);
    assert!(!log.contains("trace_id"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unavailable_or_silent_collector_delays_no_request_and_only_briefly_the_shutdown() {
    let (database, key) = database().await;
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let away = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    // The system accepts the connection, but no program reads from it.
    let deaf = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = format!("http://{}", deaf.local_addr().unwrap());
    for endpoint in [away, silent] {
        // A small queue and frequent exports.
        let variables = [
            ("OTEL_BSP_SCHEDULE_DELAY", "10"),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "16"),
        ];
        let flags = ["--drain-delay", "0s", "--otlp-endpoint", endpoint.as_str()];
        let program = Program::serve_with(database.url(), &flags, &variables).await;
        for _ in 0..100 {
            let started = Instant::now();
            let answer = exchange(&program, &create(&key).into_bytes()).await;
            assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
            assert!(started.elapsed() < QUICK, "{:?}", started.elapsed());
        }
        let stopped_at = Instant::now();
        let log = end(program).await;
        assert!(
            stopped_at.elapsed() < SHUTDOWN_TIMEOUT,
            "{:?}",
            stopped_at.elapsed()
        );
        let failures = log.lines().filter(|line| line.contains("traces"));
        assert!((1..=2).contains(&failures.count()), "{log}");
    }
}
