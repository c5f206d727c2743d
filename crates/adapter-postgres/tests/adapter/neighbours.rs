//! Creates that share a statement are not affected by the problems of others.

use std::time::Duration;

use customers_adapter_postgres::PgSettings;
use customers_domain::Profile;
use customers_ports::{CreateOutcome, FirstAnswer, StoreError, UniqueField};
use customers_test_support::builders::{
    claim, claimed, creation, minimal_profile, profile, tenant_id,
};
use customers_test_support::eventually;
use customers_test_support::postgres::PostgresServer;

use crate::locks::{hold_email, hold_key, until_someone_waits};
use crate::store::{connect, migrated, number, stores};
use crate::together::{begin, exists, open, replayed, settings, taken, together};

#[tokio::test]
async fn other_creates_do_not_wait_for_a_row_that_one_of_them_needs() {
    let (stores, tenant, database, mut other) = open().await;
    for held in ["an email", "a key"] {
        let blocked = claimed(profile(), claim(held, "body"));
        let (first, transaction) = match held {
            "an email" => hold_email(&mut other, tenant, blocked.customer()).await,
            _ => hold_key(&mut other, tenant, &blocked).await,
        };
        let waiting = begin(&stores, tenant, blocked.clone());
        let neighbours = (0..10).map(|_| (tenant, creation(profile())));
        let outcomes = together(&stores, neighbours).await;
        assert_eq!(outcomes, vec![Ok(CreateOutcome::Created); 10], "{held}");
        // The row is held during these creates. Later ones do not wait either.
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
async fn two_copies_with_opposite_orders_do_not_deadlock() {
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
async fn a_started_create_finishes_after_its_client_disconnects() {
    let (stores, tenant, database, mut other) = open().await;
    let held = creation(profile());
    let begun = claimed(profile(), claim("key", "body"));
    let (_, transaction) = hold_email(&mut other, tenant, held.customer()).await;
    // These two share a statement, which waits.
    let blocked = begin(&stores, tenant, held);
    let leaving = begin(&stores, tenant, begun.clone());
    // They are accepted and then sent. Only the lock blocks them.
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
async fn a_create_whose_client_disconnects_before_its_start_is_dropped() {
    let database = migrated(PostgresServer::shared().await).await;
    let stores = stores(&PgSettings {
        max_connections: 1,
        ..settings(&database)
    });
    let (tenant, mut other) = (tenant_id(), connect(&database).await);
    let held = creation(profile());
    let (_, transaction) = hold_email(&mut other, tenant, held.customer()).await;
    // This create has the only connection, so that later ones are accepted and not sent.
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
async fn creates_that_arrive_when_the_writer_becomes_idle_are_created() {
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
async fn many_requests_with_one_key_complete_right_after_the_first() {
    let (stores, tenant, _database, _) = open().await;
    let first = claimed(profile(), claim("key", "body"));
    let others =
        (0..300).map(|_| claimed(first.customer().profile().clone(), claim("key", "body")));
    let all = [first.clone()].into_iter().chain(others);
    let outcomes = together(&stores, all.map(|one| (tenant, one))).await;
    assert_eq!(outcomes[0], Ok(CreateOutcome::Created));
    assert_eq!(outcomes[1..], vec![Ok(replayed(&first)); 300]);
}

#[tokio::test]
async fn creates_beyond_the_queue_limit_are_refused_at_once() {
    let (stores, tenant, _database, _) = open().await;
    let all = (0..2100).map(|_| (tenant, creation(minimal_profile())));
    let outcomes = together(&stores, all).await;
    let full = StoreError::unavailable("too many creates are in progress");
    let created = outcomes
        .iter()
        .filter(|one| **one == Ok(CreateOutcome::Created));
    assert_eq!(created.count(), 2048);
    let turned_away = outcomes.iter().filter(|one| **one == Err(full.clone()));
    assert_eq!(turned_away.count(), 52);
    let outcome = stores.customers.create(tenant, creation(profile())).await;
    assert_eq!(outcome, Ok(CreateOutcome::Created));
}
