//! Checks of the database at startup.

use customers_test_support::postgres::{PostgresOptions, PostgresServer};
use customers_tests::{Caller, Program, bodies};
use sqlx::{Connection as _, Executor as _, PgConnection};

const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

#[tokio::test(flavor = "multi_thread")]
async fn an_outdated_schema_is_refused_and_updated_with_migrate() {
    let server = PostgresServer::shared().await;
    let database = server.empty_database().await;
    let url = database.url();
    let refused = Program::run(url, &[&SERVE[..], &["--allow-unsafe-durability"]].concat());
    assert_eq!(refused.status.code(), Some(1));
    let log = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(log.contains("behind") && log.contains("migrate"), "{log}");

    let program = Program::serve(url, &["--migrate"]).await;
    let caller = Caller::new(&program, &Program::key(url, "Acme"));
    assert_eq!(caller.create(&bodies::person(), None).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_can_run_again_and_concurrently() {
    let server = PostgresServer::shared().await;
    let database = server.empty_database().await;
    let url = database.url().to_owned();
    let running: Vec<_> = (0..4)
        .map(|_| {
            let url = url.clone();
            tokio::task::spawn_blocking(move || Program::run(&url, &["migrate"]))
        })
        .collect();
    for migration in running {
        let output = migration.await.unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let again = Program::run(&url, &["migrate"]);
    assert!(
        again.status.success(),
        "{}",
        String::from_utf8_lossy(&again.stderr)
    );
    let program = Program::serve(&url, &[]).await;
    let caller = Caller::new(&program, &Program::key(&url, "Acme"));
    assert_eq!(caller.get("/health/ready").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_durability_is_refused() {
    let server = PostgresServer::own(&PostgresOptions::new()).await;
    let database = server.empty_database().await;
    let refused = Program::run(database.url(), &[&SERVE[..], &["--migrate"]].concat());
    assert_eq!(refused.status.code(), Some(1));
    let log = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        log.contains("fsync") && log.contains("full_page_writes"),
        "{log}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_in_another_encoding_is_refused() {
    let server = PostgresServer::own(&PostgresOptions::new()).await;
    let mut operator = PgConnection::connect(server.url()).await.unwrap();
    operator
        .execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
        .await
        .unwrap();
    let database = server.empty_database().await;
    let url = database.url().replace(database.name(), "latin");
    for args in [
        &["serve", "--allow-unsafe-durability"][..],
        &["migrate"],
        &["keys", "list"],
    ] {
        let refused = Program::run(&url, args);
        assert_eq!(refused.status.code(), Some(1), "{args:?}");
        let log = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(log.contains("LATIN1") && log.contains("UTF8"), "{log}");
    }
}
