//! SIGTERM with requests in flight.

use std::time::Duration;

use customers_test_support::eventually;
use customers_test_support::postgres::{PostgresOptions, PostgresServer};
use customers_tests::{Answer, Call, Caller, Program, bodies, stores};
use nix::sys::signal::Signal;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const PATIENCE: Duration = Duration::from_secs(30);

/// Creates customers until a response has `Connection: close`.
async fn create_until_drained(caller: Caller) -> Answer {
    loop {
        let answer = caller.create(&bodies::person(), None).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        if answer.headers.contains_key("connection") {
            return answer;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_under_load_loses_no_request() {
    let server = PostgresServer::shared().await;
    let database = server.migrated_database(stores::bring_up).await;
    let key = Program::key(database.url(), "Acme");
    let program = Program::serve(database.url(), &[]).await;
    let caller = Caller::new(&program, &key);
    let mut load = JoinSet::new();
    for _ in 0..8 {
        load.spawn(create_until_drained(caller.afresh()));
    }
    // The body of this request is completed long after the listener was closed.
    let whole = Call::new("POST", "/customers")
        .key(&key)
        .json(&bodies::person())
        .into_bytes();
    let mut slow = TcpStream::connect(program.address()).await.unwrap();
    slow.write_all(&whole[..whole.len() - 1]).await.unwrap();
    assert_eq!(caller.get_without_key("/health/ready").await.status, 200);

    program.signal(Signal::SIGTERM);
    eventually(
        "the service is not ready",
        Duration::from_secs(2),
        async || {
            caller
                .afresh()
                .get_without_key("/health/ready")
                .await
                .status
                == 503
        },
    )
    .await;
    let drained = caller.afresh().create(&bodies::person(), None).await;
    assert_eq!(
        (drained.status, drained.header("connection")),
        (201, "close")
    );
    for last in load.join_all().await {
        assert_eq!(last.header("connection"), "close");
    }
    eventually("the listener closes", PATIENCE, async || {
        TcpStream::connect(program.address()).await.is_err()
    })
    .await;
    slow.write_all(&whole[whole.len() - 1..]).await.unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    let (status, log) = program.ended().await;
    assert_eq!(status.code(), Some(0), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_finishes_every_create_that_was_accepted() {
    let server = PostgresServer::own(&PostgresOptions::new()).await;
    let database = server.migrated_database(stores::bring_up).await;
    let key = Program::key(database.url(), "Acme");
    let flags = [
        ["--drain-delay", "0s"],
        ["--database-timeout", "9s"],
        ["--metrics-listen", "127.0.0.1:0"],
    ];
    let program = Program::serve(database.url(), flags.as_flattened()).await;
    let caller = Caller::new(&program, &key);
    let first = caller.create(&bodies::person(), None).await;
    assert_eq!(first.status, 201, "{}", first.text());

    // One create is sent to the database, and the others are queued.
    server.freeze().await;
    let mut accepted = JoinSet::new();
    for _ in 0..20 {
        let caller = caller.afresh();
        accepted.spawn(async move { caller.create(&bodies::person(), None).await });
    }
    program
        .metrics(|page| page.sum("customers_http_requests_in_flight", &[]) == 20)
        .await;
    program.signal(Signal::SIGTERM);
    eventually("the listener closes", PATIENCE, async || {
        TcpStream::connect(program.address()).await.is_err()
    })
    .await;
    server.thaw().await;
    for answer in accepted.join_all().await {
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    let (status, log) = program.ended().await;
    assert_eq!(status.code(), Some(0), "{log}");
}
