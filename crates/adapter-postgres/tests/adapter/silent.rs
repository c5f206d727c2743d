//! Connections that died without a sign of it, as behind a firewall that forgot them.

use std::time::{Duration, Instant};

use customers_adapter_postgres::PgSettings;
use customers_ports::CreateOutcome;
use customers_test_support::builders::{claim, claimed, creation, profile, tenant_id};
use customers_test_support::contract::Stores;
use customers_test_support::eventually;
use customers_test_support::postgres::{PostgresServer, TestDatabase};
use sqlx::{Connection as _, Executor as _};

use crate::proxy::Proxy;
use crate::store::{connect, migrated, number, stores};

const CONNECTIONS: usize = 40;
/// A dead connection may cost two seconds; the factor is for a busy machine.
const LIMIT: Duration = Duration::from_secs(6);
const OPENED_WITHIN: Duration = Duration::from_secs(20);

/// The backends of the store, the health check's included.
pub(crate) const BACKENDS: &str = "
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'customers'";

/// Has that many calls wait for a lock at one time, so that each opens a connection.
async fn open_connections(stores: &Stores, database: &TestDatabase, connections: usize) {
    let mut connection = connect(database).await;
    let mut observer = connect(database).await;
    let mut lock = connection.begin().await.unwrap();
    lock.execute("LOCK customers").await.unwrap();
    let calls: Vec<_> = (0..connections)
        .map(|_| {
            let stores = stores.clone();
            let unknown = creation(profile()).customer().id();
            tokio::spawn(async move { stores.customers.find(tenant_id(), unknown).await })
        })
        .collect();
    let expected = i64::try_from(connections).unwrap();
    eventually("all connections are open", OPENED_WITHIN, async || {
        number(&mut observer, BACKENDS).await >= expected
    })
    .await;
    lock.rollback().await.unwrap();
    for call in calls {
        assert_eq!(call.await.unwrap(), Ok(None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_died_silently_are_found_out_and_every_call_succeeds() {
    let database = migrated(PostgresServer::shared().await).await;
    let proxy = Proxy::before(&database).await;
    let stores = stores(&PgSettings {
        max_connections: CONNECTIONS,
        timeout: Duration::from_secs(9),
        lock_wait: Duration::from_secs(8),
        ..PgSettings::new(proxy.url())
    });
    let tenant = tenant_id();
    let kept = creation(profile());
    let outcome = stores.customers.create(tenant, kept.clone()).await;
    assert_eq!(outcome, Ok(CreateOutcome::Created));
    assert_eq!(stores.health.check().await, Ok(()));
    open_connections(&stores, &database, CONNECTIONS).await;

    proxy.fall_silent();
    let started = Instant::now();
    let reads: Vec<_> = (1..CONNECTIONS)
        .map(|_| {
            let (stores, id) = (stores.clone(), kept.customer().id());
            tokio::spawn(async move {
                let found = stores.customers.find(tenant, id).await;
                (found, started.elapsed())
            })
        })
        .collect();
    let create = claimed(profile(), claim("silent", "body"));
    let outcome = stores.customers.create(tenant, create).await;
    assert_eq!(outcome, Ok(CreateOutcome::Created));
    assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
    for read in reads {
        let (found, took) = read.await.unwrap();
        assert!(
            found == Ok(Some(kept.customer().clone().into())),
            "{took:?}"
        );
        assert!(took < LIMIT, "{took:?}");
    }
    let allowed = i64::try_from(CONNECTIONS + 1).unwrap();
    let mut observer = connect(&database).await;
    assert!(number(&mut observer, BACKENDS).await <= allowed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_statement_on_a_healthy_connection_is_waited_for() {
    let database = migrated(PostgresServer::shared().await).await;
    let stores = stores(&PgSettings {
        max_connections: 4,
        timeout: Duration::from_secs(9),
        lock_wait: Duration::from_secs(8),
        ..PgSettings::new(database.url())
    });
    let (tenant, kept) = (tenant_id(), creation(profile()));
    stores.customers.create(tenant, kept.clone()).await.unwrap();
    let session = "SELECT min(pid)::bigint FROM pg_stat_activity
                   WHERE datname = current_database() AND application_name = 'customers'";
    let mut observer = connect(&database).await;
    let before = number(&mut observer, session).await;

    let mut connection = connect(&database).await;
    let mut lock = connection.begin().await.unwrap();
    lock.execute("LOCK customers").await.unwrap();
    let id = kept.customer().id();
    let call = tokio::spawn({
        let stores = stores.clone();
        async move { stores.customers.find(tenant, id).await }
    });
    tokio::time::sleep(Duration::from_millis(2500)).await;
    lock.rollback().await.unwrap();
    assert!(call.await.unwrap() == Ok(Some(kept.customer().clone().into())));
    assert_eq!(number(&mut observer, session).await, before);
}
