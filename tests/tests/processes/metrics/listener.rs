//! The listener of the metrics page.

use std::net::TcpListener;

use customers_test_support::eventually;
use customers_test_support::postgres::PostgresServer;
use customers_tests::{Call, Caller, Program};
use nix::sys::signal::Signal;
use tokio::net::TcpStream;

use super::{REQUESTS, TIMEOUT, exchange, send, serve};

#[tokio::test(flavor = "multi_thread")]
async fn each_listener_serves_only_its_own_routes() {
    let (program, caller, key, _database) = serve(&[]).await;
    assert_eq!(caller.get("/metrics").await.status, 404);
    let metrics = Caller::at(program.metrics_address(), &key);
    for path in ["/customers", "/health/ready", "/docs", "/"] {
        assert_eq!(metrics.get(path).await.status, 404, "{path}");
    }
    let page = metrics.get("/metrics").await;
    assert_eq!(page.status, 200);
    assert_eq!(
        page.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    let changed = send(program.metrics_address(), Call::new("POST", "/metrics")).await;
    assert!(changed.starts_with("HTTP/1.1 405 "), "{changed}");
    let endless = [
        b"GET /metrics HTTP/1.1\r\nX: ",
        vec![b'x'; 12 * 1024].as_slice(),
    ]
    .concat();
    // Exactly as many bytes as the service reads, because unread bytes can lose the response.
    let big = exchange(program.metrics_address(), &endless[..12 * 1024]).await;
    assert!(big.starts_with("HTTP/1.1 431 "), "{big}");
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_do_not_block_the_metrics_page() {
    let (program, ..) = serve(&[]).await;
    let mut idle = Vec::new();
    for _ in 0..100 {
        idle.push(TcpStream::connect(program.metrics_address()).await.unwrap());
    }
    let page = program.metrics(|_| true).await;
    // They are not counted as client connections.
    assert_eq!(page.sum("customers_http_connections", &[]), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_served_while_the_service_drains() {
    let (program, caller, ..) = serve(&["--drain-delay", "5m"]).await;
    program.signal(Signal::SIGTERM);
    eventually("the readiness check fails", TIMEOUT, async || {
        caller.get_without_key("/health/ready").await.status == 503
    })
    .await;
    let draining = [("route", "/health/ready"), ("status", "503")];
    let page = program
        .metrics(|page| page.sum(REQUESTS, &draining) >= 1)
        .await;
    assert_eq!(page.violations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_metrics_address_fails_the_startup() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = holder.local_addr().unwrap().to_string();
    let server = PostgresServer::shared().await;
    let database = server.empty_database().await;
    let mut messages = Vec::new();
    for flag in ["--listen", "--metrics-listen"] {
        let free = ["--listen", "127.0.0.1:0"];
        let args = [
            &["serve"],
            &free[usize::from(flag == "--listen") * 2..],
            &[flag, &taken],
        ];
        let output = Program::run(database.url(), &args.concat());
        assert_eq!(output.status.code(), Some(1), "{flag}");
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        let message = format!("cannot listen on {taken}: ");
        let (_, rest) = log
            .split_once(&message)
            .unwrap_or_else(|| panic!("{flag}: {log}"));
        messages.push(rest.split_once('"').unwrap().0.to_owned());
    }
    assert_eq!(messages[0], messages[1]);
}
