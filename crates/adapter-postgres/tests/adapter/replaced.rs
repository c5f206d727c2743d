//! A server that becomes read-only is replaced by another one.

use std::time::Duration;

use customers_adapter_postgres::{PgSettings, migrate};
use customers_ports::{CreateOutcome, StoreError};
use customers_test_support::builders::{creation, profile, tenant_id};
use customers_test_support::eventually;
use customers_test_support::postgres::{PostgresOptions, PostgresServer};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use crate::proxy::Proxy;
use crate::store::{connect, migrated, stores};

/// The contract promises ten seconds.
const DETECTION_TIMEOUT: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn connections_to_a_read_only_server_are_replaced_by_ones_to_the_new_primary() {
    let old = PostgresServer::own(&PostgresOptions::new()).await;
    let database = migrated(&old).await;
    let proxy = Proxy::before(&database).await;
    let stores = stores(&PgSettings::new(proxy.url()));
    let (tenant, kept) = (tenant_id(), creation(profile()));
    let id = kept.customer().id();
    stores.customers.create(tenant, kept).await.unwrap();
    assert_eq!(stores.health.check().await, Ok(()));

    let mut operator = connect(&database).await;
    for statement in [
        "ALTER SYSTEM SET default_transaction_read_only = on",
        "SELECT pg_reload_conf()",
    ] {
        operator.execute(statement).await.unwrap();
    }
    let is_refused = |outcome| matches!(outcome, Err(StoreError::Unavailable { .. }));
    eventually("it is not ready", DETECTION_TIMEOUT, async || {
        is_refused(stores.health.check().await)
    })
    .await;
    assert!(stores.customers.find(tenant, id).await.unwrap().is_some());

    let new = PostgresServer::own(&PostgresOptions::new()).await;
    let mut connection = PgConnection::connect(new.url()).await.unwrap();
    let create = format!("CREATE DATABASE {}", database.name());
    connection.execute(AssertSqlSafe(create)).await.unwrap();
    let (server, _) = new.url().rsplit_once('/').unwrap();
    let url = format!("{server}/{}", database.name());
    migrate(&PgSettings::new(url.clone())).await.unwrap();
    proxy.lead_to(&url);
    eventually("it is ready again", DETECTION_TIMEOUT, async || {
        stores.health.check().await.is_ok()
    })
    .await;
    eventually("reads reach the new one", DETECTION_TIMEOUT, async || {
        stores.customers.find(tenant, id).await == Ok(None)
    })
    .await;
    let outcome = stores.customers.create(tenant, creation(profile())).await;
    assert_eq!(outcome, Ok(CreateOutcome::Created));
}
