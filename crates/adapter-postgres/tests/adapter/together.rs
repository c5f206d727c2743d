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
use customers_test_support::eventually;
use customers_test_support::postgres::{PostgresServer, TestDatabase};
use sqlx::PgConnection;
use tokio::task::JoinHandle;

use crate::locks::{hold_email, hold_key, until_someone_waits};
use crate::store::{connect, migrated, number, stores};

type Call = JoinHandle<Result<CreateOutcome, StoreError>>;

/// As patient as a slow machine needs while one transaction waits for another.
fn settings(database: &TestDatabase) -> PgSettings {
    PgSettings {
        timeout: Duration::from_secs(9),
        lock_wait: Duration::from_secs(8),
        ..PgSettings::new(database.url())
    }
}

/// A store, a tenant, and a connection of the test's own.
async fn open() -> (Stores, TenantId, TestDatabase, PgConnection) {
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
fn begin(stores: &Stores, tenant: TenantId, creation: Creation) -> Call {
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

fn taken(field: UniqueField, holder: &Creation) -> CreateOutcome {
    let holder = holder.customer.id();
    CreateOutcome::Taken(Conflict { field, holder })
}

pub(crate) fn replayed(first: &Creation) -> CreateOutcome {
    CreateOutcome::Replayed(FirstAnswer::Created(first.customer.receipt()))
}

async fn exists(stores: &Stores, tenant: TenantId, creation: &Creation) -> bool {
    let found = stores.customers.find(tenant, creation.customer.id()).await;
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
        let before = transactions_and_customers(&mut connection).await;
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
        let outcomes = together(&stores, wanted.clone()).await;
        assert_eq!(outcomes, vec![Ok(CreateOutcome::Created); 30]);
        let after = transactions_and_customers(&mut connection).await;
        assert_eq!((after.0 - before.0, after.1 - before.1), (1, 30));
        for (tenant, creation) in wanted {
            let id = creation.customer.id();
            let found = stores.customers.find(tenant, id).await.unwrap();
            assert!(found.as_ref() == Some(&creation.customer));
            let query = HistoryQuery {
                after: None,
                limit: 10,
            };
            let history = stores.customers.history(tenant, id, query).await.unwrap();
            assert!(matches!(&history.unwrap().items[..], [change] if *change == creation.change));
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
                ..first.customer.profile().clone()
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
        external_id: first.customer.profile().external_id.clone(),
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
    let same = claimed(first.customer.profile().clone(), claim("key", "body"));
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
    sqlx::query("ALTER TABLE customers ADD CHECK (city <> 'Nowhere')")
        .execute(&mut connection)
        .await
        .unwrap();
    let mut refused = profile();
    refused.billing_address.city = parse("Nowhere");
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
    assert_eq!(reason, "SQLSTATE 23514 on customers_city_check");
}

#[tokio::test]
async fn neighbours_do_not_wait_for_what_another_transaction_holds() {
    let (stores, tenant, database, mut other) = open().await;
    for held in ["an email", "a key"] {
        let blocked = claimed(profile(), claim(held, "body"));
        let (first, transaction) = match held {
            "an email" => hold_email(&mut other, tenant, &blocked.customer).await,
            _ => hold_key(&mut other, tenant, &blocked).await,
        };
        let waiting = begin(&stores, tenant, blocked.clone());
        let neighbours = (0..10).map(|_| (tenant, creation(profile())));
        let outcomes = together(&stores, neighbours).await;
        assert_eq!(outcomes, vec![Ok(CreateOutcome::Created); 10], "{held}");
        // All this while it is held. Those that come later do not wait either.
        until_someone_waits(&database).await;
        let later = together(&stores, [(tenant, creation(profile()))]).await;
        assert_eq!(later, [Ok(CreateOutcome::Created)], "{held}");
        transaction.commit().await.unwrap();
        let outcome = waiting.await.unwrap().unwrap();
        let holder = match outcome {
            CreateOutcome::Taken(conflict) => conflict.holder,
            CreateOutcome::Replayed(FirstAnswer::Created(receipt)) => receipt.id,
            _ => panic!("{held}: {outcome:?}"),
        };
        assert_eq!(holder, first, "{held}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_copies_that_want_the_same_in_opposite_order_get_no_deadlock() {
    let (one, tenant, database, mut connection) = open().await;
    let two = stores(&settings(&database));
    for round in 0..10 {
        let profiles: Vec<Profile> = (0..40).map(|_| profile()).collect();
        let of = |profile: &Profile, copy: &str| {
            let key = format!("{round} {copy} {}", profile.email.key().expose());
            (tenant, claimed(profile.clone(), claim(&key, "body")))
        };
        let forth: Vec<_> = profiles.iter().map(|profile| of(profile, "one")).collect();
        let back: Vec<_> = profiles
            .iter()
            .rev()
            .map(|profile| of(profile, "two"))
            .collect();
        let (mut forth_outcomes, mut back_outcomes) =
            tokio::join!(together(&one, forth.clone()), together(&two, back.clone()));
        back_outcomes.reverse();
        let pairs = forth_outcomes.drain(..).zip(back_outcomes);
        let creations = forth.iter().zip(back.iter().rev());
        for ((mine, yours), ((_, my), (_, your))) in pairs.zip(creations) {
            match (mine.unwrap(), yours.unwrap()) {
                (CreateOutcome::Created, lost) => assert_eq!(lost, taken(UniqueField::Email, my)),
                (lost, CreateOutcome::Created) => assert_eq!(lost, taken(UniqueField::Email, your)),
                neither => panic!("{neither:?}"),
            }
        }
    }
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(number(&mut connection, deadlocks).await, 0);
}

#[tokio::test]
async fn a_create_that_was_begun_is_finished_though_its_caller_went_away() {
    let (stores, tenant, database, mut other) = open().await;
    let held = creation(profile());
    let begun = claimed(profile(), claim("key", "body"));
    let (_, transaction) = hold_email(&mut other, tenant, &held.customer).await;
    // These two share a statement, which waits.
    let blocked = begin(&stores, tenant, held);
    let leaving = begin(&stores, tenant, begun.clone());
    // Accepted, then sent: the lock is all that keeps them.
    until_someone_waits(&database).await;
    leaving.abort();
    eventually("what was begun", Duration::from_secs(10), async || {
        exists(&stores, tenant, &begun).await
    })
    .await;
    transaction.rollback().await.unwrap();
    assert_eq!(blocked.await.unwrap(), Ok(CreateOutcome::Created));
    let again = claimed(profile(), claim("key", "body"));
    let outcome = stores.customers.create(tenant, again).await;
    assert_eq!(outcome, Ok(replayed(&begun)));
}

#[tokio::test]
async fn a_create_whose_caller_went_away_before_it_was_begun_never_is() {
    let database = migrated(PostgresServer::shared().await).await;
    let stores = stores(&PgSettings {
        max_connections: 1,
        ..settings(&database)
    });
    let (tenant, mut other) = (tenant_id(), connect(&database).await);
    let held = creation(profile());
    let (_, transaction) = hold_email(&mut other, tenant, &held.customer).await;
    // It has the only connection, so that those that come later are accepted and no more.
    let blocked = begin(&stores, tenant, held);
    until_someone_waits(&database).await;
    let never_begun = creation(profile());
    let leaving = begin(&stores, tenant, never_begun.clone());
    let neighbour = begin(&stores, tenant, creation(profile()));
    tokio::task::yield_now().await;
    leaving.abort();
    transaction.rollback().await.unwrap();
    assert_eq!(blocked.await.unwrap(), Ok(CreateOutcome::Created));
    assert_eq!(neighbour.await.unwrap(), Ok(CreateOutcome::Created));
    assert!(!exists(&stores, tenant, &never_begun).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn creates_that_come_just_as_the_writer_has_nothing_left_to_do_are_created() {
    let (stores, tenant, _database, _) = open().await;
    let callers = (0..8).map(|_| {
        let stores = stores.clone();
        tokio::spawn(async move {
            for _ in 0..100 {
                let outcome = stores.customers.create(tenant, creation(profile())).await;
                assert_eq!(outcome, Ok(CreateOutcome::Created));
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap();
    }
}

#[tokio::test]
async fn many_requests_with_one_key_are_answered_at_once_behind_the_first() {
    let (stores, tenant, _database, _) = open().await;
    let first = claimed(profile(), claim("key", "body"));
    let others = (0..300).map(|_| claimed(first.customer.profile().clone(), claim("key", "body")));
    let all = [first.clone()].into_iter().chain(others);
    let outcomes = together(&stores, all.map(|one| (tenant, one))).await;
    assert_eq!(outcomes[0], Ok(CreateOutcome::Created));
    assert_eq!(outcomes[1..], vec![Ok(replayed(&first)); 300]);
}

#[tokio::test]
async fn more_than_there_is_room_for_is_turned_away_at_once() {
    let (stores, tenant, _database, _) = open().await;
    let all = (0..2100).map(|_| (tenant, creation(minimal_profile())));
    let outcomes = together(&stores, all).await;
    let full = StoreError::unavailable("too many creates are under way");
    let created = outcomes
        .iter()
        .filter(|one| **one == Ok(CreateOutcome::Created));
    assert_eq!(created.count(), 2048);
    let turned_away = outcomes.iter().filter(|one| **one == Err(full.clone()));
    assert_eq!(turned_away.count(), 52);
    let outcome = stores.customers.create(tenant, creation(profile())).await;
    assert_eq!(outcome, Ok(CreateOutcome::Created));
}
