//! A change that loses a race half-way leaves no line in the server's log.

use customers_adapter_postgres::PgSettings;
use customers_domain::{
    Customer, CustomerDecision, CustomerEdit, Edit, ProfilePatch, TenantId, Verb,
};
use customers_ports::{DecisionOutcome, EditOutcome, StoreError};
use customers_test_support::builders::{
    creation, decided, edited, parse, profile, tenant_id, unique_number,
};
use customers_test_support::contract::Stores;
use customers_test_support::postgres::{PostgresOptions, PostgresServer, TestDatabase};
use sqlx::{Connection as _, Postgres, Transaction};
use tokio::task::JoinHandle;

use crate::locks::{hold_decision, hold_email, until_someone_waits, until_waiting};
use crate::store::{connect, migrated, number, stores};

struct Race {
    stores: Stores,
    database: TestDatabase,
    tenant: TenantId,
}

impl Race {
    async fn customer(&self) -> Customer {
        let wanted = creation(profile());
        let customer = wanted.customer().clone();
        let created = self.stores.customers.create(self.tenant, wanted).await;
        created.unwrap();
        customer
    }

    fn update(&self, edit: CustomerEdit) -> JoinHandle<Result<EditOutcome, StoreError>> {
        let (stores, tenant) = (self.stores.clone(), self.tenant);
        tokio::spawn(async move { stores.customers.update(tenant, edit).await })
    }

    fn decide(
        &self,
        decision: CustomerDecision,
    ) -> JoinHandle<Result<DecisionOutcome, StoreError>> {
        let (stores, tenant) = (self.stores.clone(), self.tenant);
        tokio::spawn(async move { stores.customers.decide(tenant, decision).await })
    }

    /// Waits until the change waits for the transaction, commits that, and returns the outcome of the
    /// change. The customer is still as it was before.
    async fn lost<O>(
        &self,
        before: &Customer,
        change: JoinHandle<Result<O, StoreError>>,
        winner: Transaction<'_, Postgres>,
    ) -> O {
        until_someone_waits(&self.database).await;
        winner.commit().await.unwrap();
        let outcome = change.await.unwrap().unwrap();
        let found = self.stores.customers.find(self.tenant, before.id()).await;
        assert_eq!(found.unwrap(), Some(before.clone().into()));
        let id = before.id();
        let changes = format!("SELECT count(*) FROM customer_changes WHERE customer_id = '{id}'");
        let mut connection = connect(&self.database).await;
        assert_eq!(number(&mut connection, &changes).await, 1);
        outcome
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_race_leaves_no_line_in_the_servers_log() {
    let server = PostgresServer::own(&PostgresOptions::new()).await;
    let database = migrated(&server).await;
    let race = Race {
        stores: stores(&PgSettings::new(database.url())),
        tenant: tenant_id(),
        database,
    };
    let mut other = connect(&race.database).await;
    let logged_before = server.log().await.len();

    let before = race.customer().await;
    let patch = ProfilePatch {
        email: Some(parse("taken@example.com")),
        ..ProfilePatch::default()
    };
    let edit = edited(&before, patch);
    let (_, winner) = hold_email(&mut other, race.tenant, edit.customer()).await;
    let outcome = race.lost(&before, race.update(edit), winner).await;
    assert!(matches!(outcome, EditOutcome::Taken(_)), "{outcome:?}");

    let before = race.customer().await;
    let holder = race.customer().await;
    let patch = ProfilePatch {
        external_id: Edit::Set(parse("taken")),
        ..ProfilePatch::default()
    };
    let mut winner = other.begin().await.unwrap();
    sqlx::query("UPDATE customers SET external_id = 'taken' WHERE id = $1")
        .bind(holder.id().as_uuid())
        .execute(&mut *winner)
        .await
        .unwrap();
    let outcome = race
        .lost(&before, race.update(edited(&before, patch)), winner)
        .await;
    assert!(matches!(outcome, EditOutcome::Taken(_)), "{outcome:?}");

    let before = race.customer().await;
    let id = format!("case-{}", unique_number());
    let winner = hold_decision(&mut other, race.tenant, &id).await;
    let decision = decided(&before, Verb::Submit, Some(&id));
    let outcome = race.lost(&before, race.decide(decision), winner).await;
    assert_eq!(outcome, DecisionOutcome::DecisionTaken);

    let log = server.log().await;
    let logged = &log[logged_before..];
    assert!(
        !logged.contains("ERROR") && !logged.contains("STATEMENT"),
        "{logged}"
    );
}

/// The edit locks the row and waits for the email; the decision waits for the row.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_waits_for_one_that_loses_its_race_is_carried_out() {
    let database = migrated(PostgresServer::shared().await).await;
    let race = Race {
        stores: stores(&PgSettings::new(database.url())),
        tenant: tenant_id(),
        database,
    };
    let mut other = connect(&race.database).await;
    let before = race.customer().await;
    let patch = ProfilePatch {
        email: Some(parse("contested@example.com")),
        ..ProfilePatch::default()
    };
    let edit = edited(&before, patch);
    let decision = decided(&before, Verb::Submit, None);
    let (_, winner) = hold_email(&mut other, race.tenant, edit.customer()).await;
    let edit = race.update(edit);
    until_waiting(&race.database, 1).await;
    let decided = race.decide(decision.clone());
    until_waiting(&race.database, 2).await;
    winner.commit().await.unwrap();
    let edit = edit.await.unwrap().unwrap();
    assert!(matches!(edit, EditOutcome::Taken(_)), "{edit:?}");
    assert_eq!(decided.await.unwrap(), Ok(DecisionOutcome::Decided));
    let found = race.stores.customers.find(race.tenant, before.id()).await;
    assert_eq!(found, Ok(Some(decision.customer().clone().into())));
}
