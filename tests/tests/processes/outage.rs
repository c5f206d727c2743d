//! Outages of Postgres: stopped, killed and frozen servers.

use std::time::{Duration, Instant};

use customers_test_support::eventually;
use customers_test_support::postgres::{PostgresOptions, PostgresServer};
use customers_tests::{Answer, Caller, Program, bodies, stores};

/// Time limit of the contract for the store, and a reserve for a busy machine.
const STORE_TIMEOUT: Duration = Duration::from_secs(11);
/// Generous time limit for requests that need no store.
const QUICK: Duration = Duration::from_secs(2);
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(5);

#[track_caller]
fn assert_unavailable(answer: &Answer) {
    let seconds: u32 = answer
        .header("retry-after")
        .parse()
        .expect("a number of seconds");
    assert!(seconds >= 1);
    answer.assert_problem("unavailable", &[("retry-after", &seconds.to_string())]);
}

async fn is_created(caller: &Caller) -> bool {
    caller.create(&bodies::person(), None).await.status == 201
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_recovers_from_a_stopped_database_without_a_restart() {
    let server = PostgresServer::own(&PostgresOptions::new()).await;
    let database = server.migrated_database(stores::bring_up).await;
    let key = Program::key(database.url(), "Acme");
    let program = Program::serve(database.url(), &[]).await;
    let caller = Caller::new(&program, &key);
    assert!(is_created(&caller).await);

    server.stop().await;
    let body = bodies::person();
    assert_unavailable(&caller.create(&body, Some("outage")).await);
    assert_unavailable(
        &caller
            .get("/customers/01997099-05b3-7c4e-9b1f-2f6a1d3c5e70")
            .await,
    );
    assert_eq!(caller.get_without_key("/health/live").await.status, 200);
    assert_unavailable(&caller.get_without_key("/health/ready").await);
    assert_eq!(caller.get_without_key("/customers/x").await.status, 401);

    server.start().await;
    eventually("creates work again", RECOVERY_TIMEOUT, async || {
        is_created(&caller).await
    })
    .await;
    assert_eq!(caller.get_without_key("/health/ready").await.status, 200);
    assert_eq!(caller.create(&body, Some("outage")).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_recovers_from_a_killed_database_without_a_restart() {
    let server = PostgresServer::own(&PostgresOptions::new()).await;
    let database = server.migrated_database(stores::bring_up).await;
    let key = Program::key(database.url(), "Acme");
    let program = Program::serve(database.url(), &[]).await;
    let caller = Caller::new(&program, &key);
    let body = bodies::person();
    let first = caller.create(&body, Some("before")).await;
    assert_eq!(first.status, 201, "{}", first.text());

    server.kill().await;
    assert_unavailable(&caller.create(&bodies::person(), None).await);
    server.start().await;
    eventually("creates work again", RECOVERY_TIMEOUT, async || {
        is_created(&caller).await
    })
    .await;
    let again = caller.create(&body, Some("before")).await;
    assert_eq!((again.status, again.body), (201, first.body));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_database_is_reported_in_time_and_delays_nothing_else() {
    let server = PostgresServer::own(&PostgresOptions::new()).await;
    let database = server.migrated_database(stores::bring_up).await;
    let (key, unseen) = (
        Program::key(database.url(), "Acme"),
        Program::key(database.url(), "Acme"),
    );
    let program = Program::serve(database.url(), &[]).await;
    let caller = Caller::new(&program, &key);
    assert!(is_created(&caller).await);

    server.freeze().await;
    let body = bodies::person();
    let started = Instant::now();
    let mut waiting = tokio::task::JoinSet::new();
    for caller in [caller.clone(), Caller::new(&program, &unseen)] {
        for once in [Some("frozen"), None] {
            let (caller, body) = (caller.afresh(), body.clone());
            waiting.spawn(async move { caller.create(&body, once).await });
        }
    }
    let other = caller.afresh();
    let mut answers = Vec::new();
    while !waiting.is_empty() {
        for (path, status) in [
            ("/health/live", 200),
            ("/openapi.json", 200),
            ("/customers/x", 401),
        ] {
            let asked = Instant::now();
            assert_eq!(other.get_without_key(path).await.status, status);
            assert!(asked.elapsed() < QUICK, "{path} took {:?}", asked.elapsed());
        }
        while let Some(answer) = waiting.try_join_next() {
            answers.push(answer.unwrap());
        }
    }
    assert!(started.elapsed() < STORE_TIMEOUT, "{:?}", started.elapsed());
    assert_eq!(answers.len(), 4);
    answers.iter().for_each(assert_unavailable);
    assert_unavailable(&other.get_without_key("/health/ready").await);

    server.thaw().await;
    eventually("creates work again", RECOVERY_TIMEOUT, async || {
        is_created(&caller).await
    })
    .await;
    // It is unknown whether the frozen create was stored; its key or its email shows it.
    let again = caller.create(&body, Some("frozen")).await;
    assert!([201, 409].contains(&again.status), "{}", again.text());
}
