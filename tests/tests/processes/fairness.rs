//! A client that requests large pages without reading them does not delay a client of another tenant.

use std::time::{Duration, Instant};

use customers_test_support::postgres::PostgresServer;
use customers_tests::{Call, Caller, Program, bodies, stores};
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

const CONNECTIONS: usize = 40;
/// Number of pipelined requests on each connection.
const AHEAD: usize = 20;
/// Number of customers on a page. Their metadata consists of quotes, which JSON escapes, so that a page takes 2 MB.
const CUSTOMERS: usize = 64;
const LISTS: usize = 20;
/// Far longer than the requests take, and far shorter than if each had to wait for the flood.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(30);
const MEMORY: u64 = 256 * 1024 * 1024;

/// Creates the customers of a large page.
async fn fill(caller: &Caller) {
    let metadata: serde_json::Map<_, _> = (0..50)
        .map(|n| (format!("m{n:02}"), Value::from("\"".repeat(320))))
        .collect();
    let mut creates = JoinSet::new();
    for _ in 0..CUSTOMERS {
        let caller = caller.clone();
        let body = bodies::with(bodies::person(), "/metadata", metadata.clone());
        creates.spawn(async move { caller.create(&body, None).await });
    }
    for answer in creates.join_all().await {
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
}

/// Requests large pages on many connections without reading them. Returns when each connection has started to respond.
async fn flood(program: &Program, key: &str) -> Vec<TcpStream> {
    let request = Call::get("/customers?limit=200").key(key).into_bytes();
    let request = String::from_utf8(request).unwrap();
    let request = request.replace("connection: close\r\n", "").repeat(AHEAD);
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut connection = TcpStream::connect(program.address()).await.unwrap();
        connection.write_all(request.as_bytes()).await.unwrap();
        connections.push(connection);
    }
    for connection in &connections {
        let answer = timeout(PATIENCE, connection.readable()).await;
        answer.expect("an answer begins").unwrap();
    }
    connections
}

#[tokio::test(flavor = "multi_thread")]
async fn unread_pages_of_one_key_do_not_delay_other_keys() {
    let server = PostgresServer::shared().await;
    let database = server.migrated_database(stores::bring_up).await;
    let [flooding, calm] = ["Acme", "Globex"].map(|tenant| Program::key(database.url(), tenant));
    let program = Program::serve(database.url(), &[]).await;
    fill(&Caller::new(&program, &flooding)).await;
    let caller = Caller::new(&program, &calm);
    let created = caller.create(&bodies::person(), None).await;
    assert_eq!(created.status, 201);

    let _flood = flood(&program, &flooding).await;
    let started = Instant::now();
    for _ in 0..LISTS {
        for path in ["/customers?limit=1", "/customers"] {
            let answer = caller.get(path).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
    }
    let took = started.elapsed();
    assert!(took < RESPONSE_TIMEOUT, "{took:?}");
    let peak = program.peak_memory();
    assert!(peak < MEMORY, "{peak} bytes");

    let log = program.log();
    let lines = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let exhausted = "the memory for pages is exhausted";
    let warnings: Vec<_> = lines.filter(|line| line["message"] == exhausted).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let key_id = warnings[0]["key_id"].as_str().unwrap();
    assert!(flooding.starts_with(&format!("ck_{key_id}_")), "{key_id}");
}
