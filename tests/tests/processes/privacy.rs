//! Planted personal data appears in no log, trace, metric or error.

use customers_test_support::postgres::{PostgresOptions, PostgresServer};
use customers_tests::{Answer, Call, Caller, Program, bodies, stores};
use nix::sys::signal::Signal;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::collector::{Collector, attribute};

/// Unique parts of the planted values, in lower case.
const PLANTED: [&str; 14] = [
    "zqfirst",
    "zqlast",
    "zqmail",
    "zqhost",
    "8012345678",
    "801 234 5678",
    "zqstreet",
    "zqflat",
    "zqtown",
    "zqstate",
    "zqnote",
    "zqexternal",
    "zqonce",
    "zqtoken",
];

fn person(number: usize) -> Value {
    json!({
        "first_name": format!("Zqfirst {number}"),
        "last_name": "Zqlast",
        "email": format!("zqmail.{number}@zqhost.example.com"),
        "phone": "+234 801 234 5678",
        "type": "individual",
        "billing_address": {
            "line1": "1 Zqstreet",
            "line2": "Zqflat",
            "city": "Zqtown",
            "state": "Zqstate",
            "zip_code": "100001",
            "country": "NG"
        },
        "external_id": format!("zqexternal-{number}"),
        "metadata": {"note": "zqnote"}
    })
}

/// Sends requests that are refused for every possible reason.
async fn send_refused_requests(caller: &Caller) -> Vec<Answer> {
    let person = person(0);
    let mut all_wrong = person.clone();
    for (name, value) in person.as_object().unwrap() {
        if let Some(text) = value.as_str() {
            all_wrong[name] = format!("\u{1}{text}\u{e9}").repeat(20).into();
        }
    }
    all_wrong["metadata"] = json!({"note": "zqnote\u{0}"});
    let mut refused = Vec::new();
    for body in [
        all_wrong,
        bodies::without(person.clone(), "/first_name"),
        bodies::with(person.clone(), "/extra", "zqnote"),
        json!(["zqfirst"]),
        json!("zqnote"),
    ] {
        refused.push(caller.create(&body, Some("zqonce-bad")).await);
    }
    refused.push(caller.create(&person, Some(&"zqonce".repeat(60))).await);
    refused.push(caller.create(&person, None).await);
    refused.push(
        caller
            .create(
                &bodies::with(person.clone(), "/email", "other@example.com"),
                None,
            )
            .await,
    );
    refused.push(
        caller
            .create(
                &bodies::with(person, "/last_name", "Other"),
                Some("zqonce-0"),
            )
            .await,
    );
    refused.push(caller.get("/customers/zqfirst").await);
    refused
}

/// Sends invalid JSON, an invalid token, and an invalid HTTP request.
async fn send_invalid_requests(program: &Program, key: &str) -> Vec<String> {
    let cut = Call::new("POST", "/customers")
        .key(key)
        .bytes("{\"first_name\":\"Zqfirst");
    let token = Call::get("/customers/zqfirst").key("zqtoken-that-is-none");
    let header = cut
        .clone()
        .header("x-note", "zqnote")
        .path("/customers/zqfirst");
    let mut answers = Vec::new();
    let unframed = b"POST /customers HTTP/1.1\r\nContent-Length: zqnote\r\n\r\nzqfirst".to_vec();
    for bytes in [
        cut.into_bytes(),
        token.into_bytes(),
        header.into_bytes(),
        unframed,
    ] {
        answers.push(exchange(program, &bytes).await);
    }
    answers
}

/// Sends bytes on a new connection and reads until it is closed.
pub(crate) async fn exchange(program: &Program, bytes: &[u8]) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(program.address())
        .await
        .unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// Sends concurrent requests with the same email, external id and key.
async fn race(caller: &Caller) -> Vec<Answer> {
    let mut racing = JoinSet::new();
    for number in 0..30 {
        let caller = caller.clone();
        racing.spawn(async move {
            let body = bodies::with(person(1), "/first_name", format!("Zqfirst {}", number % 5));
            let once = format!("zqonce-race-{}", number % 3);
            caller
                .create(&body, (number % 2 == 0).then_some(once.as_str()))
                .await
        });
    }
    racing.join_all().await
}

#[track_caller]
fn assert_clean(what: &str, text: &str, key: &str) {
    let lower = text.to_ascii_lowercase();
    for planted in PLANTED {
        assert!(!lower.contains(planted), "{planted} is in {what}: {text}");
    }
    let (_, secret) = key.rsplit_once('_').unwrap();
    assert!(!text.contains(secret), "the API key is in {what}");
}

/// Returns the metrics page after the last request, which fails in the store, was recorded.
async fn metrics_after_all(program: &Program) -> String {
    let failed = [("route", "/customers"), ("status", "503")];
    program
        .metrics(|page| page.sum("customers_http_request_duration_seconds_count", &failed) > 0)
        .await;
    let anyone = Caller::at(program.metrics_address(), "");
    anyone.get_without_key("/metrics").await.text()
}

/// Checks the exported traces, which include the request without a database.
#[track_caller]
fn assert_clean_traces(collector: &Collector, key: &str) {
    let exported = collector.look(|deliveries| {
        let bytes = deliveries.iter().flat_map(|delivery| &delivery.bytes);
        String::from_utf8_lossy(&bytes.copied().collect::<Vec<_>>()).into_owned()
    });
    assert_clean("the traces", &exported, key);
    let spans = collector.spans();
    let failed = spans.iter().find(|span| {
        let status = span.status.as_ref();
        status.is_some_and(|status| status.code() == StatusCode::Error)
    });
    let failed = &failed.expect("the request without a database").attributes;
    assert_eq!(attribute(failed, "error.type"), "503");
}

#[tokio::test(flavor = "multi_thread")]
async fn planted_personal_data_is_in_no_log_no_trace_no_metric_and_no_error() {
    let server = PostgresServer::own(&PostgresOptions::new()).await;
    let database = server.migrated_database(stores::bring_up).await;
    let key = Program::key(database.url(), "Acme");
    let collector = Collector::open().await;
    let flags = [
        ["--drain-delay", "0s"],
        ["--metrics-listen", "127.0.0.1:0"],
        ["--otlp-endpoint", collector.url()],
    ];
    let program = Program::serve(database.url(), flags.as_flattened()).await;
    let caller = Caller::new(&program, &key);

    let created = caller.create(&person(0), Some("zqonce-0")).await;
    assert_eq!(created.status, 201, "{}", created.text());
    assert_eq!(
        caller.create(&person(0), Some("zqonce-0")).await.body,
        created.body
    );
    assert_eq!(caller.get(created.header("location")).await.status, 200);
    let mut answers = send_refused_requests(&caller).await;
    assert!(
        answers
            .iter()
            .all(|answer| (400..500).contains(&answer.status))
    );
    answers.extend(race(&caller).await);
    let odd = send_invalid_requests(&program, &key).await;
    server.stop().await;
    answers.push(caller.create(&person(2), Some("zqonce-2")).await);
    assert_eq!(answers.last().map(|answer| answer.status), Some(503));
    server.start().await;
    let metrics = metrics_after_all(&program).await;
    let (public_id, _) = key["ck_".len()..].split_once('_').unwrap();
    for label in [public_id, "Acme", &created.id()] {
        assert!(!metrics.contains(label), "{label} is in {metrics}");
    }
    assert_clean("the metrics", &metrics, &key);

    for answer in &answers {
        assert_clean(
            "an answer",
            &format!("{:?} {}", answer.headers, answer.text()),
            &key,
        );
    }
    for answer in &odd {
        assert_clean("an answer", answer, &key);
    }
    program.signal(Signal::SIGTERM);
    let (status, log) = program.ended().await;
    assert_eq!(status.code(), Some(0), "{log}");
    assert_clean("the program's log", &log, &key);
    let lines = log.lines().filter(|line| line.contains("\"route\""));
    assert!(
        lines.count() >= answers.len(),
        "one line per request: {log}"
    );
    assert_clean_traces(&collector, &key);
    let log = server.log().await;
    assert!(log.contains("database system is ready"), "{log}");
    assert_clean("the database's log", &log, &key);
}
