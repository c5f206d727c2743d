//! What happens while another transaction holds what a call needs.

use std::time::Duration;

use chrono::{DateTime, Utc};
use customers_adapter_postgres::PgSettings;
use customers_domain::{Customer, CustomerId, TenantId};
use customers_ports::{Conflict, CreateOutcome, Creation, FirstAnswer, StoreError, UniqueField};
use customers_test_support::builders::{
    claim, claimed, creation, customer_id, profile, tenant_id, test_time,
};
use customers_test_support::contract::Stores;
use customers_test_support::eventually;
use customers_test_support::postgres::{PostgresServer, TestDatabase};
use sqlx::{Connection as _, PgConnection, Postgres, Row as _, Transaction};
use uuid::Uuid;

use crate::sealer::Sealer;
use crate::store::{connect, migrated, number, stores};

const WAITING: &str = "
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'";

/// A store, a tenant, and a connection for the other transaction.
pub(crate) async fn open() -> (Stores, TenantId, TestDatabase, PgConnection) {
    let database = migrated(PostgresServer::shared().await).await;
    let connection = connect(&database).await;
    let stores = stores(&PgSettings::new(database.url()));
    (stores, tenant_id(), database, connection)
}

/// Inserts another customer with that one's email in a transaction that is left open.
pub(crate) async fn hold_email<'c>(
    connection: &'c mut PgConnection,
    tenant: TenantId,
    wanted: &Customer,
) -> (CustomerId, Transaction<'c, Postgres>) {
    let holder = customer_id(test_time());
    let sealer = Sealer::of(connection, tenant).await;
    let mut transaction = connection.begin().await.unwrap();
    sqlx::query(
        "INSERT INTO customers (tenant_id, id, created_at, updated_at, status_since, version, status,
         customer_type, country, salt, email_digest, phone_digest, sealed)
         VALUES ($1, $2, now(), now(), now(), 1, 4, 1, 'US', $2, $3, $3, '')",
    )
    .bind(tenant.as_uuid())
    .bind(holder.as_uuid())
    .bind(sealer.email_digest(&wanted.profile().email))
    .execute(&mut *transaction)
    .await
    .unwrap();
    (holder, transaction)
}

/// Inserts the record of the creation's key in a transaction that is left open.
pub(crate) async fn hold_key<'c>(
    connection: &'c mut PgConnection,
    tenant: TenantId,
    wanted: &Creation,
) -> (CustomerId, Transaction<'c, Postgres>) {
    let first = customer_id(test_time());
    let claim = wanted.claim.unwrap();
    let mut transaction = connection.begin().await.unwrap();
    sqlx::query(
        "INSERT INTO idempotency_records (tenant_id, key_hash, fingerprint, outcome, resource_id,
         detail)
         VALUES ($1, sha256($2::bytea || '\\x00' || $3), $4, 1, $5,
         '\\x010000000000000000' || 'pending_kyc'::bytea)",
    )
    .bind(tenant.as_uuid())
    .bind(claim.operation.as_bytes())
    .bind(claim.key_hash.as_slice())
    .bind(claim.fingerprint.as_slice())
    .bind(first.as_uuid())
    .execute(&mut *transaction)
    .await
    .unwrap();
    (first, transaction)
}

/// Inserts a decision of that id in a transaction that is left open. The tenant has a customer.
pub(crate) async fn hold_decision<'c>(
    connection: &'c mut PgConnection,
    tenant: TenantId,
    id: &str,
) -> Transaction<'c, Postgres> {
    let mut transaction = connection.begin().await.unwrap();
    sqlx::query(
        "INSERT INTO decisions (tenant_id, decision_id, customer_id, sealed)
         SELECT $1, $2, id, sealed FROM customers LIMIT 1",
    )
    .bind(tenant.as_uuid())
    .bind(id)
    .execute(&mut *transaction)
    .await
    .unwrap();
    transaction
}

pub(crate) async fn until_someone_waits(database: &TestDatabase) {
    until_waiting(database, 1).await;
}

/// Waits until at least `calls` statements wait for a lock.
pub(crate) async fn until_waiting(database: &TestDatabase, calls: i64) {
    let mut observer = connect(database).await;
    eventually("calls wait", Duration::from_secs(10), async || {
        number(&mut observer, WAITING).await >= calls
    })
    .await;
}

fn with_key(key: &str) -> Creation {
    claimed(profile(), claim(key, "body"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_stays_in_flight_is_in_progress_and_nothing_is_stored() {
    let (stores, tenant, _database, mut other) = open().await;
    let wanted = with_key("held");
    let (_, transaction) = hold_key(&mut other, tenant, &wanted).await;
    let outcome = stores.customers.create(tenant, wanted.clone()).await;
    assert_eq!(outcome, Ok(CreateOutcome::KeyInProgress));
    transaction.rollback().await.unwrap();
    let id = wanted.customer().id();
    assert_eq!(stores.customers.find(tenant, id).await, Ok(None));
    let outcome = stores.customers.create(tenant, wanted).await;
    assert_eq!(outcome, Ok(CreateOutcome::Created));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_recorded_while_a_create_waits_is_replayed() {
    let (stores, tenant, database, mut other) = open().await;
    let wanted = with_key("in flight");
    let (first, transaction) = hold_key(&mut other, tenant, &wanted).await;
    let waiting = tokio::spawn({
        let (stores, wanted) = (stores.clone(), wanted.clone());
        async move { stores.customers.create(tenant, wanted).await }
    });
    until_someone_waits(&database).await;
    transaction.commit().await.unwrap();
    let outcome = waiting.await.unwrap();
    let Ok(CreateOutcome::Replayed(FirstAnswer::Created(receipt))) = outcome else {
        panic!("not replayed: {outcome:?}");
    };
    assert_eq!(receipt.id, first);
    let id = wanted.customer().id();
    assert_eq!(stores.customers.find(tenant, id).await, Ok(None));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_email_that_stays_in_doubt_is_unavailable_without_a_key_and_in_progress_with_one() {
    let (stores, tenant, _database, mut other) = open().await;
    let wanted = creation(profile());
    let (_, transaction) = hold_email(&mut other, tenant, wanted.customer()).await;
    let keyed = Creation {
        claim: Some(claim("email", "body")),
        ..wanted.clone()
    };
    let (without, with) = tokio::join!(
        stores.customers.create(tenant, wanted),
        stores.customers.create(tenant, keyed),
    );
    assert!(matches!(without, Err(StoreError::Unavailable { .. })));
    assert_eq!(with, Ok(CreateOutcome::KeyInProgress));
    transaction.rollback().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_that_waits_for_an_email_goes_by_how_its_holder_ends() {
    let (stores, tenant, database, mut other) = open().await;
    for (key, commits) in [
        (None, true),
        (None, false),
        (Some("c"), true),
        (Some("r"), false),
    ] {
        let wanted = Creation {
            claim: key.map(|key| claim(key, "body")),
            ..creation(profile())
        };
        let (holder, transaction) = hold_email(&mut other, tenant, wanted.customer()).await;
        let waiting = tokio::spawn({
            let stores = stores.clone();
            async move { stores.customers.create(tenant, wanted).await }
        });
        until_someone_waits(&database).await;
        let expected = if commits {
            transaction.commit().await.unwrap();
            let field = UniqueField::Email;
            CreateOutcome::Taken(Conflict { field, holder })
        } else {
            transaction.rollback().await.unwrap();
            CreateOutcome::Created
        };
        assert_eq!(waiting.await.unwrap(), Ok(expected), "{key:?} {commits}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_whose_caller_goes_away_is_carried_out_all_the_same() {
    let (stores, tenant, database, mut other) = open().await;
    let wanted = creation(profile());
    let id = wanted.customer().id();
    let (_, transaction) = hold_email(&mut other, tenant, wanted.customer()).await;
    let caller = tokio::spawn({
        let stores = stores.clone();
        async move { stores.customers.create(tenant, wanted).await }
    });
    until_someone_waits(&database).await;
    caller.abort();
    transaction.rollback().await.unwrap();
    eventually("the customer", Duration::from_secs(10), async || {
        matches!(stores.customers.find(tenant, id).await, Ok(Some(_)))
    })
    .await;
}

#[tokio::test]
async fn one_change_is_written_for_a_created_customer_and_none_for_a_refused_one() {
    let (stores, tenant, _database, mut other) = open().await;
    let wanted = creation(profile());
    stores
        .customers
        .create(tenant, wanted.clone())
        .await
        .unwrap();
    let again = creation(wanted.customer().profile().clone());
    let refused = stores.customers.create(tenant, again).await.unwrap();
    assert!(matches!(refused, CreateOutcome::Taken(_)));
    let rows = sqlx::query("SELECT * FROM customer_changes")
        .fetch_all(&mut other)
        .await
        .unwrap();
    let [row] = rows.as_slice() else {
        panic!("{} changes", rows.len());
    };
    assert_eq!(row.get::<Uuid, _>("tenant_id"), tenant.as_uuid());
    assert_eq!(
        row.get::<Uuid, _>("customer_id"),
        wanted.customer().id().as_uuid()
    );
    assert_eq!(row.get::<i32, _>("version"), 1);
    assert_eq!(row.get::<Uuid, _>("id"), wanted.change().id.as_uuid());
    assert_eq!(row.get::<i16, _>("action"), 1, "create");
    assert_eq!(row.get::<Option<i16>, _>("from_status"), None);
    assert_eq!(row.get::<i16, _>("to_status"), 1, "pending_kyc");
    assert_eq!(row.get::<&str, _>("actor"), wanted.change().actor.as_str());
    assert_eq!(row.get::<DateTime<Utc>, _>("at"), wanted.change().at);
}
