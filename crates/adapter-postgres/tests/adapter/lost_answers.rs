//! The connection breaks between the commit and its answer.

use customers_adapter_postgres::PgSettings;
use customers_domain::TenantId;
use customers_ports::{CreateOutcome, Creation, StoreError};
use customers_test_support::builders::{claim, claimed, creation, profile, tenant_id};
use customers_test_support::contract::Stores;
use customers_test_support::postgres::PostgresServer;

use crate::proxy::Proxy;
use crate::store::{connect, migrated, number, stores, with_keys};
use crate::together::{replayed, together};

const CUSTOMERS: &str = "SELECT count(*) FROM customers";

/// Creates of a tenant of their own with a key each.
fn keyed(number: usize) -> Vec<(TenantId, Creation)> {
    let tenant = tenant_id();
    let keys = (0..number).map(|key| claim(&key.to_string(), "body"));
    keys.map(|claim| (tenant, claimed(profile(), claim)))
        .collect()
}

/// Leaves an idle connection behind that knows the statements, so that the next answer on it is that
/// of a commit.
async fn warm_up(stores: &Stores, number: usize) {
    let outcomes = together(stores, keyed(number)).await;
    assert_eq!(outcomes, vec![Ok(CreateOutcome::Created); number]);
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_in_doubt_for_each_and_settled_by_their_retries() {
    let database = migrated(PostgresServer::shared().await).await;
    let proxy = Proxy::before(&database).await;
    let stores = stores(&PgSettings::new(proxy.url()));
    let mut direct = connect(&database).await;
    for size in [1, 10] {
        warm_up(&stores, size).await;
        let first = keyed(size);
        for (tenant, _) in &first {
            with_keys(&stores, *tenant).await;
        }
        let expected_number = number(&mut direct, CUSTOMERS).await + i64::try_from(size).unwrap();

        proxy.lose_answers(false);
        for outcome in together(&stores, first.clone()).await {
            assert!(
                matches!(outcome, Err(StoreError::Unavailable { .. })),
                "{outcome:?}"
            );
        }
        proxy.recover();
        assert_eq!(number(&mut direct, CUSTOMERS).await, expected_number);

        let retries = first.iter().map(|(tenant, first)| {
            let claim = first.claim.unwrap();
            (*tenant, claimed(first.customer().profile().clone(), claim))
        });
        let expected: Vec<_> = first.iter().map(|(_, first)| Ok(replayed(first))).collect();
        assert_eq!(together(&stores, retries).await, expected);
        assert_eq!(number(&mut direct, CUSTOMERS).await, expected_number);
    }
}

#[tokio::test]
async fn where_another_connection_is_to_be_had_the_doubt_is_settled_at_once() {
    let database = migrated(PostgresServer::shared().await).await;
    let proxy = Proxy::before(&database).await;
    let stores = stores(&PgSettings::new(proxy.url()));
    let without_keys = (0..10).map(|_| (tenant_id(), creation(profile())));
    for creations in [keyed(10), without_keys.collect()] {
        warm_up(&stores, 10).await;
        proxy.lose_answers(true);
        let outcomes = together(&stores, creations).await;
        assert_eq!(outcomes, vec![Ok(CreateOutcome::Created); 10]);
        proxy.recover();
    }
    let mut direct = connect(&database).await;
    assert_eq!(number(&mut direct, CUSTOMERS).await, 40);
}
