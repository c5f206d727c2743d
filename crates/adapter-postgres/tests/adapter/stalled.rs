//! Commits that stall: what is given up goes on counting until its backend is gone.

use std::time::{Duration, Instant};

use customers_adapter_postgres::{PgSettings, Pooler};
use customers_ports::{CreateOutcome, StoreError};
use customers_test_support::builders::{creation, profile, tenant_id};
use customers_test_support::eventually;
use customers_test_support::postgres::{PostgresOptions, PostgresServer};
use sqlx::{Executor as _, PgConnection};

use crate::silent::BACKENDS;
use crate::store::{connect, migrated, number, stores};

const CONNECTIONS: usize = 4;
const STALL: Duration = Duration::from_secs(4);
const BACK_WITHIN: Duration = Duration::from_secs(20);

async fn set_standby(operator: &mut PgConnection, statement: &'static str) {
    operator.execute(statement).await.unwrap();
    operator.execute("SELECT pg_reload_conf()").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn while_commits_stall_no_more_backends_work_than_there_may_be_connections() {
    let server = PostgresServer::own(&PostgresOptions::new()).await;
    let database = migrated(&server).await;
    for pooler in [Pooler::None, Pooler::Transaction] {
        let stores = stores(&PgSettings {
            max_connections: CONNECTIONS,
            timeout: Duration::from_millis(500),
            pooler,
            ..PgSettings::new(database.url())
        });
        let (tenant, kept) = (tenant_id(), creation(profile()));
        stores.customers.create(tenant, kept.clone()).await.unwrap();
        let (mut operator, mut observer) = (connect(&database).await, connect(&database).await);
        set_standby(
            &mut operator,
            "ALTER SYSTEM SET synchronous_standby_names = 'nobody'",
        )
        .await;

        let allowed = i64::try_from(CONNECTIONS + 1).unwrap();
        let started = Instant::now();
        while started.elapsed() < STALL {
            let created = tokio::spawn({
                let stores = stores.clone();
                async move { stores.customers.create(tenant, creation(profile())).await }
            });
            let found = stores.customers.find(tenant, kept.customer().id()).await;
            assert!(
                found == Ok(Some(kept.customer().clone().into())),
                "{pooler:?}"
            );
            let backends = number(&mut observer, BACKENDS).await;
            assert!(backends <= allowed, "{pooler:?}: {backends} backends");
            let outcome = created.await.unwrap();
            let is_refused = matches!(outcome, Err(StoreError::Unavailable { .. }));
            assert!(is_refused, "{pooler:?}: {outcome:?}");
        }
        assert_eq!(stores.health.check().await, Ok(()), "{pooler:?}");

        set_standby(
            &mut operator,
            "ALTER SYSTEM RESET synchronous_standby_names",
        )
        .await;
        eventually("creates work again", BACK_WITHIN, async || {
            let outcome = stores.customers.create(tenant, creation(profile())).await;
            outcome == Ok(CreateOutcome::Created)
        })
        .await;
    }
}
