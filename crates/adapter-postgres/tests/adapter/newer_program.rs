//! What a newer program stored is read by this one as far as it knows it, and survives its changes.

use customers_adapter_postgres::PgSettings;
use customers_domain::{ChangedField, Customer, Edit, ProfilePatch, TenantId, Verb};
use customers_ports::{CreateOutcome, DecisionOutcome, EditOutcome, HistoryQuery};
use customers_test_support::builders::{
    creation, decided, edited, parse, profile, renamed, tenant_id,
};
use customers_test_support::contract::Stores;
use customers_test_support::postgres::{PostgresServer, TestDatabase};
use sqlx::{Executor as _, PgConnection, Row as _};
use uuid::Uuid;

use crate::sealer::{Purpose, Sealer};
use crate::store::{connect, migrated, stores};

/// A customer of this program, on a schema to which a newer one has added a column.
struct Rollback {
    _database: TestDatabase,
    connection: PgConnection,
    stores: Stores,
    tenant: TenantId,
    customer: Customer,
}

impl Rollback {
    async fn new() -> Self {
        let database = migrated(PostgresServer::shared().await).await;
        let mut connection = connect(&database).await;
        connection
            .execute("ALTER TABLE customers ADD COLUMN invented text")
            .await
            .unwrap();
        let (stores, tenant) = (stores(&PgSettings::new(database.url())), tenant_id());
        let wanted = creation(profile());
        let outcome = stores.customers.create(tenant, wanted.clone()).await;
        assert_eq!(outcome, Ok(CreateOutcome::Created));
        connection
            .execute("UPDATE customers SET invented = 'kept'")
            .await
            .unwrap();
        Self {
            _database: database,
            connection,
            stores,
            tenant,
            customer: wanted.customer().clone(),
        }
    }

    /// The salt and what is sealed in the customer's row.
    async fn row(&mut self) -> (Uuid, Vec<u8>) {
        let row = sqlx::query("SELECT salt, sealed FROM customers");
        let row = row.fetch_one(&mut self.connection).await.unwrap();
        (row.get("salt"), row.get("sealed"))
    }

    /// The sealed profile, opened by other means than the adapter's.
    async fn opened(&mut self) -> String {
        let (salt, sealed) = self.row().await;
        let keyring = Sealer::of(&mut self.connection, self.tenant).await;
        let purpose = Purpose::Profile(self.customer.version().number());
        let opened = keyring.open(self.customer.id(), salt, &purpose, &sealed);
        String::from_utf8(opened).unwrap()
    }

    /// Adds a member to the sealed profile, as a newer program does.
    async fn invent_member(&mut self) {
        let text = self.opened().await;
        let text = text.replacen('{', r#"{"zz":{"invented":[1.50,"kept"]},"#, 1);
        let (salt, _) = self.row().await;
        let keyring = Sealer::of(&mut self.connection, self.tenant).await;
        let purpose = Purpose::Profile(self.customer.version().number());
        let sealed = keyring.seal(self.customer.id(), salt, &purpose, text.as_bytes());
        sqlx::query("UPDATE customers SET sealed = $1")
            .bind(sealed)
            .execute(&mut self.connection)
            .await
            .unwrap();
    }

    async fn edit(&mut self, patch: ProfilePatch) {
        let edit = edited(&self.customer, patch);
        let outcome = self
            .stores
            .customers
            .update(self.tenant, edit.clone())
            .await;
        assert_eq!(outcome, Ok(EditOutcome::Updated));
        self.customer = edit.customer().clone();
    }

    /// The customer is what this program made of it, and what it does not know is there.
    async fn keeps_everything(&mut self) {
        let found = self.stores.customers.find(self.tenant, self.customer.id());
        assert_eq!(found.await, Ok(Some(self.customer.clone().into())));
        let text = self.opened().await;
        assert!(
            text.contains(r#""zz":{"invented":[1.50,"kept"]}"#),
            "{text}"
        );
        let invented = sqlx::query_scalar("SELECT invented FROM customers");
        let invented: Option<String> = invented.fetch_one(&mut self.connection).await.unwrap();
        assert_eq!(invented.as_deref(), Some("kept"));
    }
}

#[tokio::test]
async fn every_change_keeps_members_and_columns_that_this_program_does_not_know() {
    let mut rollback = Rollback::new().await;
    rollback.invent_member().await;
    rollback.keeps_everything().await;
    for patch in [
        ProfilePatch {
            phone: Some(parse("+4930901820")),
            ..ProfilePatch::default()
        },
        ProfilePatch {
            email: Some(parse("another@example.com")),
            ..ProfilePatch::default()
        },
        ProfilePatch {
            external_id: Edit::Remove,
            metadata: Edit::Remove,
            ..ProfilePatch::default()
        },
    ] {
        rollback.edit(patch).await;
        rollback.keeps_everything().await;
    }
    for (verb, id) in [(Verb::Submit, None), (Verb::Approve, Some("d-1"))] {
        let decision = decided(&rollback.customer, verb, id);
        rollback.customer = decision.customer().clone();
        let outcome = rollback.stores.customers.decide(rollback.tenant, decision);
        assert_eq!(outcome.await, Ok(DecisionOutcome::Decided));
        rollback.keeps_everything().await;
    }
}

#[tokio::test]
async fn a_history_names_fields_that_this_program_does_not_know() {
    let mut rollback = Rollback::new().await;
    let edit = renamed(&rollback.customer);
    let outcome = rollback.stores.customers.update(rollback.tenant, edit);
    assert_eq!(outcome.await, Ok(EditOutcome::Updated));
    rollback
        .connection
        .execute("UPDATE customer_changes SET changed_fields = '{/first_name,/invented}' WHERE version = 2")
        .await
        .unwrap();
    let query = HistoryQuery {
        after: None,
        limit: 10,
    };
    let id = rollback.customer.id();
    let history = rollback
        .stores
        .customers
        .history(rollback.tenant, id, query);
    let page = history.await.unwrap().unwrap();
    let fields = page.items[0].changed_fields.iter();
    let fields: Vec<&str> = fields.map(ChangedField::pointer).collect();
    assert_eq!(fields, ["/first_name", "/invented"]);
}

#[tokio::test]
async fn reasons_and_decisions_are_sealed_in_the_documented_form() {
    let mut rollback = Rollback::new().await;
    let decision = decided(&rollback.customer, Verb::Submit, Some("d-1"));
    let reason = decision.change().reason.clone().unwrap();
    let outcome = rollback.stores.customers.decide(rollback.tenant, decision);
    assert_eq!(outcome.await, Ok(DecisionOutcome::Decided));
    let (salt, _) = rollback.row().await;
    let keyring = Sealer::of(&mut rollback.connection, rollback.tenant).await;
    for (query, purpose) in [
        (
            "SELECT sealed_reason FROM customer_changes WHERE version = 2",
            Purpose::Reason(2),
        ),
        ("SELECT sealed FROM decisions", Purpose::Decision("d-1")),
    ] {
        let sealed = sqlx::query_scalar(query);
        let sealed: Vec<u8> = sealed.fetch_one(&mut rollback.connection).await.unwrap();
        let opened = keyring.open(rollback.customer.id(), salt, &purpose, &sealed);
        let opened = String::from_utf8(opened).unwrap();
        assert!(opened.contains(reason.expose()), "{opened}");
    }
}
