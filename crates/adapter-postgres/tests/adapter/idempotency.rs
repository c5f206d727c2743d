//! Idempotent operations of a module, in its own transactions.

use customers_adapter_postgres::{Recording, find_earlier_request, record_outcome};
use customers_domain::TenantId;
use customers_ports::{EarlierRequest, IdempotencyClaim, RecordedOutcome};
use customers_test_support::builders::{claim, claim_of, customer_id, tenant_id, test_time};
use customers_test_support::postgres::{PostgresServer, TestDatabase};
use sqlx::{Connection as _, Executor as _, PgConnection, Postgres, Transaction};

use crate::locks::until_someone_waits;
use crate::store::{connect, migrated, number};

const OPERATION: &str = "POST /wallets";
const WALLETS: &str = "SELECT count(*) FROM wallets";

/// Creates a database with a module's table, and opens a connection.
async fn open() -> (TestDatabase, PgConnection, TenantId) {
    let database = migrated(PostgresServer::shared().await).await;
    let mut connection = connect(&database).await;
    connection
        .execute("CREATE TABLE wallets (id uuid PRIMARY KEY)")
        .await
        .unwrap();
    (database, connection, tenant_id())
}

fn outcome() -> RecordedOutcome {
    RecordedOutcome {
        code: 1,
        resource_id: customer_id(test_time()).as_uuid(),
        detail: vec![1, 0, 255],
    }
}

/// Opens a wallet with its record in a transaction, and leaves the transaction open.
async fn opened<'c>(
    connection: &'c mut PgConnection,
    tenant: TenantId,
    claim: &IdempotencyClaim,
    outcome: &RecordedOutcome,
) -> (Transaction<'c, Postgres>, Recording) {
    let mut transaction = connection.begin().await.unwrap();
    let earlier = find_earlier_request(&mut transaction, tenant, claim).await;
    assert_eq!(earlier, Ok(None));
    sqlx::query("INSERT INTO wallets VALUES ($1)")
        .bind(outcome.resource_id)
        .execute(&mut *transaction)
        .await
        .unwrap();
    let recording = record_outcome(&mut transaction, tenant, claim, outcome).await;
    (transaction, recording.unwrap())
}

#[tokio::test]
async fn a_committed_outcome_is_found_only_by_the_same_request() {
    let (_database, mut connection, tenant) = open().await;
    let (wanted, outcome) = (claim_of(OPERATION, "key", "body"), outcome());
    let (transaction, recording) = opened(&mut connection, tenant, &wanted, &outcome).await;
    assert_eq!(recording, Recording::Recorded);
    transaction.commit().await.unwrap();
    let reused = claim_of(OPERATION, "key", "other body");
    let other_operation = claim("key", "body");
    for (tenant, claim, expected) in [
        (tenant, wanted, Some(EarlierRequest::Same(outcome))),
        (tenant, reused, Some(EarlierRequest::Other)),
        (tenant, other_operation, None),
        (tenant_id(), wanted, None),
    ] {
        let found = find_earlier_request(&mut connection, tenant, &claim).await;
        assert_eq!(found, Ok(expected));
    }
}

#[tokio::test]
async fn a_rollback_removes_the_writes_and_the_record() {
    let (_database, mut connection, tenant) = open().await;
    let claim = claim_of(OPERATION, "key", "body");
    let (transaction, _) = opened(&mut connection, tenant, &claim, &outcome()).await;
    transaction.rollback().await.unwrap();
    assert_eq!(number(&mut connection, WALLETS).await, 0);
    let found = find_earlier_request(&mut connection, tenant, &claim).await;
    assert_eq!(found, Ok(None));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_transactions_with_one_key_the_second_waits_and_loses() {
    let (database, mut first, tenant) = open().await;
    let claim = claim_of(OPERATION, "key", "body");
    let (transaction, _) = opened(&mut first, tenant, &claim, &outcome()).await;
    let mut second = connect(&database).await;
    let waiting = tokio::spawn(async move {
        let (transaction, recording) = opened(&mut second, tenant, &claim, &outcome()).await;
        transaction.rollback().await.unwrap();
        recording
    });
    until_someone_waits(&database).await;
    transaction.commit().await.unwrap();
    assert_eq!(waiting.await.unwrap(), Recording::Raced);
    assert_eq!(number(&mut first, WALLETS).await, 1);
}

#[tokio::test]
async fn a_key_of_an_open_transaction_is_in_progress() {
    let (database, mut first, tenant) = open().await;
    let claim = claim_of(OPERATION, "key", "body");
    let (_held, _) = opened(&mut first, tenant, &claim, &outcome()).await;
    let mut second = connect(&database).await;
    second.execute("SET lock_timeout = 100").await.unwrap();
    let (_, recording) = opened(&mut second, tenant, &claim, &outcome()).await;
    assert_eq!(recording, Recording::InProgress);
}
