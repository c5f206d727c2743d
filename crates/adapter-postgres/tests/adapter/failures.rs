//! What becomes of calls when the server goes, comes back, or stops answering.

use std::time::{Duration, Instant};

use customers_adapter_postgres::{PgSettings, wait_until_reachable};
use customers_ports::{CreateOutcome, StoreError};
use customers_test_support::builders::{claim, claimed, creation, profile, tenant_id};
use customers_test_support::contract::Stores;
use customers_test_support::eventually;
use customers_test_support::postgres::{PostgresOptions, PostgresServer};
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::store::{connect, migrated, stores};

/// The longest that a call of a port may take, with some allowance for a busy machine.
const CALL_LIMIT: Duration = Duration::from_secs(12);

/// Enough calls at once for several connections to be open afterwards.
async fn open_connections(stores: &Stores) {
    let calls = (0..16).map(|_| {
        let stores = stores.clone();
        let unknown = creation(profile()).customer().id();
        tokio::spawn(async move { stores.customers.find(tenant_id(), unknown).await })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap(), Ok(None));
    }
}

fn is_unavailable<T>(outcome: &Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Unavailable { .. }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_server_is_unavailable_and_the_first_call_after_its_return_succeeds() {
    let server = PostgresServer::own(&PostgresOptions::new()).await;
    let database = migrated(&server).await;
    let settings = PgSettings::new(database.url());
    let stores = stores(&settings);
    let tenant = tenant_id();
    let kept = creation(profile());
    open_connections(&stores).await;
    assert_eq!(
        stores.customers.create(tenant, kept.clone()).await,
        Ok(CreateOutcome::Created)
    );
    assert_eq!(stores.health.check().await, Ok(()));

    server.stop().await;
    assert!(is_unavailable(
        &stores.customers.create(tenant, creation(profile())).await
    ));
    assert!(is_unavailable(
        &stores.customers.find(tenant, kept.customer().id()).await
    ));
    assert!(is_unavailable(&stores.health.check().await));

    server.start().await;
    let found = stores.customers.find(tenant, kept.customer().id()).await;
    assert_eq!(found, Ok(Some(kept.customer().clone().into())));
    assert_eq!(stores.health.check().await, Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_died_unnoticed_cost_no_call() {
    let server = PostgresServer::own(&PostgresOptions::new()).await;
    let database = migrated(&server).await;
    let stores = stores(&PgSettings::new(database.url()));
    let tenant = tenant_id();
    for key in ["after a restart", "after a crash"] {
        open_connections(&stores).await;
        assert_eq!(stores.health.check().await, Ok(()));
        if key == "after a crash" {
            server.kill().await;
        } else {
            server.stop().await;
        }
        server.start().await;
        let wanted = claimed(profile(), claim(key, "body"));
        let outcome = stores.customers.create(tenant, wanted).await;
        assert_eq!(outcome, Ok(CreateOutcome::Created), "{key}");
        assert_eq!(stores.health.check().await, Ok(()), "{key}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_the_server_ended_cost_no_call() {
    let database = migrated(PostgresServer::shared().await).await;
    let stores = stores(&PgSettings::new(database.url()));
    open_connections(&stores).await;
    connect(&database)
        .await
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await
        .unwrap();
    open_connections(&stores).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_never_answers_is_unavailable_within_the_limits() {
    let server = PostgresServer::own(&PostgresOptions::new()).await;
    let database = migrated(&server).await;
    let stores = stores(&PgSettings {
        max_connections: 2,
        timeout: Duration::from_secs(1),
        ..PgSettings::new(database.url())
    });
    let tenant = tenant_id();
    open_connections(&stores).await;
    assert_eq!(stores.health.check().await, Ok(()));

    server.freeze().await;
    let started = Instant::now();
    let wanted = creation(profile());
    let (create, find, list, health) = tokio::join!(
        stores.customers.create(tenant, wanted.clone()),
        stores.customers.find(tenant, wanted.customer().id()),
        stores.api_keys.list(),
        stores.health.check(),
    );
    assert!(started.elapsed() < CALL_LIMIT);
    assert!(is_unavailable(&create) && is_unavailable(&find) && is_unavailable(&list));
    assert!(is_unavailable(&health));
    server.thaw().await;

    // The one connection for writes counts until its backend has ended.
    eventually("creates work again", CALL_LIMIT, async || {
        let outcome = stores.customers.create(tenant, wanted.clone()).await;
        outcome == Ok(CreateOutcome::Created)
    })
    .await;
    assert_eq!(stores.health.check().await, Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_that_go_away_leave_the_store_working() {
    let database = migrated(PostgresServer::shared().await).await;
    let stores = stores(&PgSettings {
        max_connections: 2,
        ..PgSettings::new(database.url())
    });
    for round in 0..200_u64 {
        let stores = stores.clone();
        let call = async move {
            let wanted = creation(profile());
            let id = wanted.customer().id();
            let _ = stores.customers.create(tenant_id(), wanted).await;
            stores.customers.find(tenant_id(), id).await
        };
        // Given up at a different point each time.
        let _ = tokio::time::timeout(Duration::from_micros(round * 25), call).await;
    }
    open_connections(&stores).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_a_connection_to_spare_is_unavailable() {
    let options = PostgresOptions::new()
        .setting("max_connections", "8")
        .setting("superuser_reserved_connections", "0")
        .setting("max_wal_senders", "0");
    let server = PostgresServer::own(&options).await;
    let database = migrated(&server).await;
    let stores = stores(&PgSettings::new(database.url()));
    let mut hoard = Vec::new();
    while let Ok(connection) = PgConnection::connect(database.url()).await {
        hoard.push(connection);
    }
    assert!(is_unavailable(&stores.api_keys.list().await));
    drop(hoard);
    let settings = PgSettings::new(database.url());
    wait_until_reachable(&settings, Duration::from_secs(10))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_server_that_only_reads_is_unavailable() {
    let database = migrated(PostgresServer::shared().await).await;
    let settings = PgSettings::new(format!(
        "{}?options=-c%20default_transaction_read_only%3Don",
        database.url()
    ));
    let outcome = stores(&settings)
        .customers
        .create(tenant_id(), creation(profile()))
        .await;
    assert!(is_unavailable(&outcome), "{outcome:?}");
}

#[tokio::test]
async fn a_statement_that_was_prepared_for_an_earlier_schema_is_prepared_again() {
    let database = migrated(PostgresServer::shared().await).await;
    let stores = stores(&PgSettings::new(database.url()));
    let (tenant, kept) = (tenant_id(), creation(profile()));
    let id = kept.customer().id();
    stores.customers.create(tenant, kept).await.unwrap();
    assert!(stores.customers.find(tenant, id).await.unwrap().is_some());
    connect(&database)
        .await
        .execute("ALTER TABLE customers ALTER COLUMN external_id TYPE varchar(300) COLLATE \"C\"")
        .await
        .unwrap();
    assert!(stores.customers.find(tenant, id).await.unwrap().is_some());
}

#[tokio::test]
async fn a_missing_schema_is_a_defect_that_is_named_by_its_sqlstate() {
    let database = PostgresServer::shared().await.empty_database().await;
    let stores = stores(&PgSettings::new(database.url()));
    let outcome = stores.api_keys.list().await;
    assert_eq!(outcome, Err(StoreError::defect("SQLSTATE 42P01")));
}

#[tokio::test]
async fn a_row_that_makes_no_sense_is_a_defect_that_names_the_column_alone() {
    let database = migrated(PostgresServer::shared().await).await;
    let stores = stores(&PgSettings::new(database.url()));
    let (tenant, wanted) = (tenant_id(), creation(profile()));
    let id = wanted.customer().id();
    stores.customers.create(tenant, wanted).await.unwrap();
    connect(&database)
        .await
        .execute("UPDATE customers SET country = 'planted'")
        .await
        .unwrap();
    let expected = StoreError::defect("column country holds what it never should");
    assert_eq!(stores.customers.find(tenant, id).await, Err(expected));
}
