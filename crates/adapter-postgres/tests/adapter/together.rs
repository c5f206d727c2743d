//! Creates that share a statement: each gets the outcome that it would have got by itself.
//!
//! On the one thread of a plain test, those that are begun together are accepted together, before
//! anything is sent; so they go in one statement.

use std::time::Duration;

use customers_adapter_postgres::{PgSettings, Pooler};
use customers_domain::{Profile, TenantId};
use customers_ports::{
    Conflict, CreateOutcome, Creation, FirstAnswer, HistoryQuery, StoreError, UniqueField,
};
use customers_test_support::builders::{
    claim, claimed, creation, minimal_profile, parse, profile, tenant_id,
};
use customers_test_support::contract::Stores;
use customers_test_support::postgres::{PostgresServer, TestDatabase};
use sqlx::PgConnection;
use tokio::task::JoinHandle;

use crate::store::{connect, migrated, number, stores, with_keys};

pub(crate) type Call = JoinHandle<Result<CreateOutcome, StoreError>>;

/// As patient as a slow machine needs while one transaction waits for another.
pub(crate) fn settings(database: &TestDatabase) -> PgSettings {
    PgSettings {
        timeout: Duration::from_secs(9),
        lock_wait: Duration::from_secs(8),
        ..PgSettings::new(database.url())
    }
}

/// A store, a tenant, and a connection of the test's own.
pub(crate) async fn open() -> (Stores, TenantId, TestDatabase, PgConnection) {
    let database = migrated(PostgresServer::shared().await).await;
    let connection = connect(&database).await;
    (
        stores(&settings(&database)),
        tenant_id(),
        database,
        connection,
    )
}

/// Begins a create, which is accepted as soon as the caller waits for something.
pub(crate) fn begin(stores: &Stores, tenant: TenantId, creation: Creation) -> Call {
    let customers = stores.customers.clone();
    tokio::spawn(async move { customers.create(tenant, creation).await })
}

/// Makes all of the creates at once and answers with their outcomes in order.
pub(crate) async fn together(
    stores: &Stores,
    creations: impl IntoIterator<Item = (TenantId, Creation)>,
) -> Vec<Result<CreateOutcome, StoreError>> {
    let calls: Vec<Call> = creations
        .into_iter()
        .map(|(tenant, creation)| begin(stores, tenant, creation))
        .collect();
    let mut outcomes = Vec::new();
    for call in calls {
        outcomes.push(call.await.unwrap());
    }
    outcomes
}

/// How many transactions stored the customers that are there, and how many customers there are.
async fn transactions_and_customers(connection: &mut PgConnection) -> (i64, i64) {
    (
        number(
            connection,
            "SELECT count(DISTINCT xmin::text) FROM customers",
        )
        .await,
        number(connection, "SELECT count(*) FROM customers").await,
    )
}

pub(crate) fn taken(field: UniqueField, holder: &Creation) -> CreateOutcome {
    let holder = holder.customer().id();
    CreateOutcome::Taken(Conflict { field, holder })
}

pub(crate) fn replayed(first: &Creation) -> CreateOutcome {
    CreateOutcome::Replayed(FirstAnswer::Created(first.customer().receipt()))
}

pub(crate) async fn exists(stores: &Stores, tenant: TenantId, creation: &Creation) -> bool {
    let found = stores
        .customers
        .find(tenant, creation.customer().id())
        .await;
    found.unwrap().is_some()
}

#[tokio::test]
async fn creates_of_several_tenants_share_one_commit_and_each_is_kept_whole() {
    let database = migrated(PostgresServer::shared().await).await;
    for pooler in [Pooler::None, Pooler::Transaction] {
        let stores = stores(&PgSettings {
            pooler,
            ..settings(&database)
        });
        let mut connection = connect(&database).await;
        let wanted: Vec<_> = (0..30)
            .map(|n| {
                let profile = if n % 2 == 0 {
                    profile()
                } else {
                    minimal_profile()
                };
                let creation = match n % 3 {
                    0 => creation(profile),
                    _ => claimed(profile, claim("the same key for each tenant", "body")),
                };
                (tenant_id(), creation)
            })
            .collect();
        for (tenant, _) in &wanted {
            with_keys(&stores, *tenant).await;
        }
        let before = transactions_and_customers(&mut connection).await;
        let outcomes = together(&stores, wanted.clone()).await;
        assert_eq!(outcomes, vec![Ok(CreateOutcome::Created); 30]);
        let after = transactions_and_customers(&mut connection).await;
        assert_eq!((after.0 - before.0, after.1 - before.1), (1, 30));
        for (tenant, creation) in wanted {
            let id = creation.customer().id();
            let found = stores.customers.find(tenant, id).await.unwrap();
            assert!(found == Some(creation.customer().clone().into()));
            let query = HistoryQuery {
                after: None,
                limit: 10,
            };
            let history = stores.customers.history(tenant, id, query).await.unwrap();
            assert!(matches!(&history.unwrap().items[..], [change] if change == creation.change()));
            if let Some(claim) = creation.claim {
                let again = claimed(profile(), claim);
                let outcome = stores.customers.create(tenant, again).await;
                assert_eq!(outcome, Ok(replayed(&creation)));
            }
        }
    }
}

#[tokio::test]
async fn of_two_that_want_one_email_the_second_learns_its_holder() {
    let (stores, tenant, _database, _) = open().await;
    for key in [None, Some("a key")] {
        let first = creation(profile());
        let second = Creation {
            claim: key.map(|key| claim(key, "body")),
            ..creation(Profile {
                external_id: None,
                ..first.customer().profile().clone()
            })
        };
        let neighbour = creation(profile());
        let all = [&first, &second, &neighbour].map(|one| (tenant, one.clone()));
        let outcomes = together(&stores, all).await;
        let taken = taken(UniqueField::Email, &first);
        let created = CreateOutcome::Created;
        assert_eq!(outcomes, [Ok(created), Ok(taken), Ok(created)]);
        if key.is_some() {
            let again = stores.customers.create(tenant, second).await;
            let CreateOutcome::Taken(conflict) = taken else {
                unreachable!()
            };
            let expected = CreateOutcome::Replayed(FirstAnswer::Taken(conflict));
            assert_eq!(again, Ok(expected));
        }
    }
}

#[tokio::test]
async fn of_two_that_want_one_external_id_the_second_learns_its_holder() {
    let (stores, tenant, _database, _) = open().await;
    let first = creation(profile());
    let second = creation(Profile {
        external_id: first.customer().profile().external_id.clone(),
        ..profile()
    });
    let all = [&first, &second].map(|one| (tenant, one.clone()));
    let outcomes = together(&stores, all).await;
    let taken = taken(UniqueField::ExternalId, &first);
    assert_eq!(outcomes, [Ok(CreateOutcome::Created), Ok(taken)]);
}

#[tokio::test]
async fn of_those_with_one_key_the_first_is_carried_out_and_the_others_by_their_bodies() {
    let (stores, tenant, _database, _) = open().await;
    let first = claimed(profile(), claim("key", "body"));
    let same = claimed(first.customer().profile().clone(), claim("key", "body"));
    let other = claimed(profile(), claim("key", "another body"));
    let neighbour = claimed(profile(), claim("another key", "body"));
    let all = [&first, &same, &other, &neighbour].map(|one| (tenant, one.clone()));
    let outcomes = together(&stores, all).await;
    assert_eq!(
        outcomes,
        [
            Ok(CreateOutcome::Created),
            Ok(replayed(&first)),
            Ok(CreateOutcome::KeyReused),
            Ok(CreateOutcome::Created),
        ]
    );
    for (creation, stored) in [(&first, true), (&same, false), (&other, false)] {
        assert_eq!(exists(&stores, tenant, creation).await, stored);
    }
}

#[tokio::test]
async fn a_key_that_was_used_before_does_not_hold_its_neighbours_up() {
    let (stores, tenant, _database, _) = open().await;
    let first = claimed(profile(), claim("key", "body"));
    together(&stores, [(tenant, first.clone())]).await;
    let reused = claimed(profile(), claim("key", "another body"));
    let again = claimed(profile(), claim("key", "body"));
    let neighbours = [
        creation(profile()),
        claimed(profile(), claim("new", "body")),
    ];
    let all = [&neighbours[0], &reused, &neighbours[1], &again].map(|one| (tenant, one.clone()));
    assert_eq!(
        together(&stores, all).await,
        [
            Ok(CreateOutcome::Created),
            Ok(CreateOutcome::KeyReused),
            Ok(CreateOutcome::Created),
            Ok(replayed(&first)),
        ]
    );
}

#[tokio::test]
async fn the_same_creation_twice_is_created_and_stored_once() {
    let (stores, tenant, _database, mut connection) = open().await;
    let wanted = creation(profile());
    let all = [wanted.clone(), wanted].map(|one| (tenant, one));
    let outcomes = together(&stores, all).await;
    assert_eq!(outcomes, vec![Ok(CreateOutcome::Created); 2]);
    let changes = number(&mut connection, "SELECT count(*) FROM customer_changes").await;
    assert_eq!(changes, 1);
}

#[tokio::test]
async fn a_row_that_the_database_refuses_fails_alone() {
    let (stores, tenant, _database, mut connection) = open().await;
    // Such as a check that only a newer schema has.
    sqlx::query("ALTER TABLE customers ADD CHECK (external_id <> 'nowhere')")
        .execute(&mut connection)
        .await
        .unwrap();
    let mut refused = profile();
    refused.external_id = Some(parse("nowhere"));
    let neighbours = [
        creation(profile()),
        claimed(profile(), claim("key", "body")),
    ];
    let all = [&neighbours[0], &creation(refused), &neighbours[1]];
    let outcomes = together(&stores, all.map(|one| (tenant, one.clone()))).await;
    let [
        Ok(CreateOutcome::Created),
        Err(StoreError::Defect { reason }),
        Ok(CreateOutcome::Created),
    ] = outcomes.as_slice()
    else {
        panic!("{outcomes:?}");
    };
    assert_eq!(reason, "SQLSTATE 23514 on customers_external_id_check");
}
