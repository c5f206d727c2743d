//! Checks of the database at startup.

use std::time::Duration;

use customers_adapter_postgres::{
    Database, PgSettings, Pooler, SchemaState, StartupError, durability, migrate, schema_state,
    wait_until_reachable,
};
use customers_test_support::postgres::{PostgresOptions, PostgresServer, TestDatabase};
use sqlx::Executor as _;

use crate::store::{connect, migrated, number};

const FOREIGN_MIGRATION: &str = "
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
VALUES (99991231235959, 'of a later release', true, ''::bytea, 0)";

async fn state(database: &TestDatabase) -> Result<SchemaState, StartupError> {
    schema_state(&PgSettings::new(database.url())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_migrations_succeed_and_apply_each_migration_once() {
    let database = PostgresServer::shared().await.empty_database().await;
    assert_eq!(state(&database).await, Ok(SchemaState::Behind));
    let settings = PgSettings::new(database.url());
    let programs = [(); 5].map(|()| {
        let settings = settings.clone();
        tokio::spawn(async move { migrate(&settings).await })
    });
    for program in programs {
        assert_eq!(program.await.unwrap(), Ok(()));
    }
    assert_eq!(state(&database).await, Ok(SchemaState::Current));
    let twice = "SELECT count(*) - count(DISTINCT version) FROM _sqlx_migrations";
    assert_eq!(number(&mut connect(&database).await, twice).await, 0);
}

#[tokio::test]
async fn a_newer_schema_is_reported_and_not_changed() {
    let database = migrated(PostgresServer::shared().await).await;
    let mut connection = connect(&database).await;
    connection.execute(FOREIGN_MIGRATION).await.unwrap();
    assert_eq!(state(&database).await, Ok(SchemaState::Newer));
    assert_eq!(migrate(&PgSettings::new(database.url())).await, Ok(()));
    assert_eq!(state(&database).await, Ok(SchemaState::Newer));
}

#[tokio::test]
async fn a_schema_without_a_migration_is_outdated_even_with_a_later_one() {
    let database = migrated(PostgresServer::shared().await).await;
    let mut connection = connect(&database).await;
    connection
        .execute("DELETE FROM _sqlx_migrations")
        .await
        .unwrap();
    connection.execute(FOREIGN_MIGRATION).await.unwrap();
    assert_eq!(state(&database).await, Ok(SchemaState::Behind));
}

#[tokio::test]
async fn an_edited_migration_is_detected() {
    let database = migrated(PostgresServer::shared().await).await;
    let mut connection = connect(&database).await;
    connection
        .execute("UPDATE _sqlx_migrations SET checksum = 'edited'::bytea")
        .await
        .unwrap();
    let altered = |outcome| matches!(outcome, Err(StartupError::SchemaAltered { .. }));
    assert!(altered(state(&database).await));
    let settings = PgSettings::new(database.url());
    assert!(altered(
        migrate(&settings).await.map(|()| SchemaState::Current)
    ));
}

#[tokio::test]
async fn migrations_through_a_pooler_are_refused_and_the_schema_can_be_read() {
    let database = migrated(PostgresServer::shared().await).await;
    let settings = PgSettings {
        pooler: Pooler::Transaction,
        ..PgSettings::new(database.url())
    };
    let refused = Err(StartupError::MigrationThroughPooler);
    assert_eq!(migrate(&settings).await, refused);
    assert_eq!(schema_state(&settings).await, Ok(SchemaState::Current));
}

#[tokio::test]
async fn settings_that_risk_acknowledged_commits_are_reported() {
    let unsafe_server = PostgresOptions::new().setting("synchronous_commit", "off");
    for (options, expected) in [
        (PostgresOptions::new().durable(), vec![]),
        (
            unsafe_server,
            vec!["fsync", "full_page_writes", "synchronous_commit"],
        ),
    ] {
        let server = PostgresServer::own(&options).await;
        let found = durability(&PgSettings::new(server.url())).await.unwrap();
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn an_unknown_database_is_refused_without_waiting() {
    let database = PostgresServer::shared().await.empty_database().await;
    let url = database.url().replace(database.name(), "no_such_database");
    let outcome = wait_until_reachable(&PgSettings::new(url), Duration::from_mins(10)).await;
    assert!(matches!(outcome, Err(StartupError::Refused { .. })));
}

#[tokio::test]
async fn an_unreachable_server_is_reported_after_the_timeout_without_the_password() {
    let settings = PgSettings::new("postgres://app:planted-password@127.0.0.1:1/customers");
    let outcome = wait_until_reachable(&settings, Duration::from_millis(300)).await;
    let Err(error @ StartupError::Unreachable { .. }) = outcome else {
        panic!("reached: {outcome:?}");
    };
    let database = Database::new(&settings).unwrap();
    let shown = format!("{error} {error:?} {database:?} {settings:?}");
    assert!(!shown.contains("planted"), "{shown}");
}
