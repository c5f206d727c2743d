//! Tests of the Postgres servers for tests.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use customers_test_support::eventually;
use customers_test_support::postgres::{PostgresOptions, PostgresServer};
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Executor as _};

async fn count(url: &str) -> Result<i64, sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    let count = sqlx::query_scalar("SELECT count(*) FROM things")
        .fetch_one(&mut connection)
        .await?;
    connection.close().await?;
    Ok(count)
}

async fn try_execute(url: &str, statement: &'static str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    connection.execute(statement).await?;
    connection.close().await
}

async fn execute(url: &str, statement: &'static str) {
    let executed = try_execute(url, statement).await;
    assert!(executed.is_ok(), "{statement}: {executed:?}");
}

#[tokio::test]
async fn databases_of_one_server_share_only_the_schema() {
    static MIGRATIONS: AtomicUsize = AtomicUsize::new(0);
    let migrate = async |url: &str| {
        MIGRATIONS.fetch_add(1, Ordering::Relaxed);
        execute(url, "CREATE TABLE things (id bigint PRIMARY KEY)").await;
    };
    let server = PostgresServer::shared().await;
    let one = server.migrated_database(migrate).await;
    let other = server.migrated_database(migrate).await;
    execute(one.url(), "INSERT INTO things VALUES (1)").await;
    assert_eq!(count(one.url()).await.expect("a count"), 1);
    assert_eq!(count(other.url()).await.expect("a count"), 0);
    assert_eq!(MIGRATIONS.load(Ordering::Relaxed), 1);
    let empty = server.empty_database().await;
    assert!(count(empty.url()).await.is_err());
}

#[tokio::test]
async fn an_own_server_can_be_stopped_killed_frozen_and_started() {
    let options = PostgresOptions::new().setting("log_statement", "all");
    let server = PostgresServer::own(&options).await;
    let database = server.empty_database().await;
    let url = database.url();
    execute(url, "CREATE TABLE things (id bigint PRIMARY KEY)").await;
    execute(url, "INSERT INTO things VALUES (1), (2)").await;

    server.stop().await;
    assert!(count(url).await.is_err());
    server.start().await;
    assert_eq!(count(url).await.expect("a count"), 2);

    server.kill().await;
    assert!(count(url).await.is_err());
    server.start().await;
    assert_eq!(count(url).await.expect("a count"), 2);

    let mut open = PgConnection::connect(url).await.expect("a connection");
    server.freeze().await;
    let pause = Duration::from_millis(300);
    let asked = tokio::time::timeout(pause, open.execute("SELECT 1")).await;
    assert!(asked.is_err(), "a frozen server answered");
    let connected = tokio::time::timeout(pause, PgConnection::connect(url)).await;
    assert!(connected.is_err(), "a frozen server took a connection");
    server.thaw().await;
    assert_eq!(count(url).await.expect("a count"), 2);

    let log = server.log().await;
    assert!(log.contains("INSERT INTO things VALUES (1), (2)"), "{log}");
    assert!(log.contains("database system is shut down"), "{log}");
}

#[tokio::test]
async fn a_server_is_removed_when_its_test_process_is_killed() {
    let mut holder = Command::new(env!("CARGO_BIN_EXE_test-postgres"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut url = String::new();
    let output = holder.stdout.as_mut().expect("its output");
    BufReader::new(output)
        .read_line(&mut url)
        .expect("an address");
    let url = url.trim();
    execute(url, "SELECT 1").await;
    holder.kill().expect("SIGKILL is sent");
    holder.wait().expect("its end is seen");
    eventually("the server is gone", Duration::from_secs(30), async || {
        PgConnection::connect(url).await.is_err()
    })
    .await;
}

#[tokio::test]
async fn a_server_is_removed_when_its_value_is_dropped() {
    let server = PostgresServer::own(&PostgresOptions::new()).await;
    let url = server.url().to_owned();
    execute(&url, "SELECT 1").await;
    drop(server);
    assert!(PgConnection::connect(&url).await.is_err());
}
