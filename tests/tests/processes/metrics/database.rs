//! Metrics of the database.

use customers_test_support::postgres::{PostgresOptions, PostgresServer};
use customers_tests::exposition::Exposition;
use customers_tests::{Caller, Program, stores};
use tokio::task::JoinSet;

use super::{REQUESTS, STORE};

#[tokio::test(flavor = "multi_thread")]
async fn the_pool_metrics_show_used_connections_and_waiting_calls() {
    let server = PostgresServer::own(&PostgresOptions::new()).await;
    let database = server.migrated_database(stores::bring_up).await;
    let flags = [
        ["--metrics-listen", "127.0.0.1:0"],
        ["--database-connections", "4"],
        ["--database-timeout", "9s"],
    ];
    let program = Program::serve(database.url(), flags.as_flattened()).await;
    let caller = Caller::new(&program, &Program::key(database.url(), "Acme"));
    // Caches the API key.
    assert_eq!(caller.get("/customers").await.status, 200);
    server.freeze().await;
    let mut waiting = JoinSet::new();
    for _ in 0..6 {
        let caller = caller.clone();
        waiting.spawn(async move { caller.get("/customers").await.status });
    }
    let [open, in_use, max] = ["", "_in_use", "_max"]
        .map(|suffix| format!("customers_database_pool_connections{suffix}"));
    let waits = "customers_database_pool_waiting";
    // The look for events that wait may be one more.
    let is_full = |page: &Exposition| page.sum(waits, &[]) >= 2 && page.sum(&in_use, &[]) == 4;
    let page = program.metrics(is_full).await;
    let seen = [&open, &in_use, &max].map(|name| page.sum(name, &[]));
    assert_eq!(seen, [4, 4, 4]);
    assert_eq!(
        page.sum("customers_database_pool_write_connections_max", &[]),
        3
    );
    assert_eq!(page.sum("customers_http_requests_in_flight", &[]), 6);
    server.thaw().await;
    assert_eq!(waiting.join_all().await, [200; 6]);
    let idle = |page: &Exposition| page.sum(&in_use, &[]) + page.sum(waits, &[]) == 0;
    let page = program.metrics(idle).await;
    assert!((1..=4).contains(&page.sum(&open, &[])));
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_of_an_unavailable_store_are_counted_as_unavailable() {
    let server = PostgresServer::own(&PostgresOptions::new()).await;
    let database = server.migrated_database(stores::bring_up).await;
    let args = ["--metrics-listen", "127.0.0.1:0"];
    let program = Program::serve(database.url(), &args).await;
    server.stop().await;
    let anyone = Caller::new(&program, "");
    assert_eq!(anyone.get_without_key("/health/ready").await.status, 503);
    let away = [("port", "health"), ("outcome", "unavailable")];
    let page = program.metrics(|page| page.sum(STORE, &away) >= 1).await;
    let not_ready = [("route", "/health/ready"), ("status", "503")];
    assert!(page.sum(REQUESTS, &not_ready) >= 1);
    server.start().await;
}
