//! What becomes of a change when another transaction comes first while it is half done.

use customers_domain::{Customer, CustomerEdit, ProfilePatch, TenantId, Verb};
use customers_ports::{Conflict, DecisionOutcome, EditOutcome, StoreError, UniqueField};
use customers_test_support::builders::{creation, decided, edited, parse, profile, unique_number};
use customers_test_support::contract::Stores;
use customers_test_support::postgres::TestDatabase;
use tokio::task::JoinHandle;

use crate::locks::{hold_decision, hold_email, open, until_someone_waits};
use crate::store::{connect, number};

async fn stored(stores: &Stores, tenant: TenantId) -> Customer {
    let wanted = creation(profile());
    let customer = wanted.customer().clone();
    stores.customers.create(tenant, wanted).await.unwrap();
    customer
}

fn to_new_email(customer: &Customer) -> CustomerEdit {
    let email = format!("moved+{}@example.com", unique_number());
    let patch = ProfilePatch {
        email: Some(parse(&email)),
        ..ProfilePatch::default()
    };
    edited(customer, patch)
}

fn spawn(
    stores: &Stores,
    tenant: TenantId,
    edit: &CustomerEdit,
) -> JoinHandle<Result<EditOutcome, StoreError>> {
    let (stores, edit) = (stores.clone(), edit.clone());
    tokio::spawn(async move { stores.customers.update(tenant, edit).await })
}

/// The store shows that customer and as many changes in all.
async fn shows(stores: &Stores, database: &TestDatabase, tenant: TenantId, customer: &Customer) {
    let found = stores.customers.find(tenant, customer.id()).await;
    assert_eq!(found.unwrap(), Some(customer.clone().into()));
    let id = customer.id();
    let count = format!("SELECT count(*) FROM customer_changes WHERE customer_id = '{id}'");
    let changes = number(&mut connect(database).await, &count).await;
    assert_eq!(changes, i64::from(customer.version().number()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_waits_for_an_email_goes_by_how_its_holder_ends() {
    let (stores, tenant, database, mut other) = open().await;
    for commits in [true, false] {
        let before = stored(&stores, tenant).await;
        let update = to_new_email(&before);
        let (holder, transaction) = hold_email(&mut other, tenant, update.customer()).await;
        let waiting = spawn(&stores, tenant, &update);
        until_someone_waits(&database).await;
        if commits {
            transaction.commit().await.unwrap();
            let field = UniqueField::Email;
            let taken = EditOutcome::Taken(Conflict { field, holder });
            assert_eq!(waiting.await.unwrap(), Ok(taken));
            shows(&stores, &database, tenant, &before).await;
        } else {
            transaction.rollback().await.unwrap();
            assert_eq!(waiting.await.unwrap(), Ok(EditOutcome::Updated));
            shows(&stores, &database, tenant, update.customer()).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_to_an_email_that_stays_in_doubt_is_unavailable_and_leaves_the_customer() {
    let (stores, tenant, database, mut other) = open().await;
    let before = stored(&stores, tenant).await;
    let update = to_new_email(&before);
    let (_, transaction) = hold_email(&mut other, tenant, update.customer()).await;
    let outcome = stores.customers.update(tenant, update).await;
    assert!(matches!(outcome, Err(StoreError::Unavailable { .. })));
    transaction.rollback().await.unwrap();
    shows(&stores, &database, tenant, &before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_waits_for_its_id_goes_by_how_the_other_ends() {
    let (stores, tenant, database, mut other) = open().await;
    for commits in [true, false] {
        let before = stored(&stores, tenant).await;
        let id = format!("case-{}", unique_number());
        let decision = decided(&before, Verb::Submit, Some(&id));
        let transaction = hold_decision(&mut other, tenant, &id).await;
        let waiting = {
            let (stores, decision) = (stores.clone(), decision.clone());
            tokio::spawn(async move { stores.customers.decide(tenant, decision).await })
        };
        until_someone_waits(&database).await;
        if commits {
            transaction.commit().await.unwrap();
            assert_eq!(waiting.await.unwrap(), Ok(DecisionOutcome::DecisionTaken));
            shows(&stores, &database, tenant, &before).await;
        } else {
            transaction.rollback().await.unwrap();
            assert_eq!(waiting.await.unwrap(), Ok(DecisionOutcome::Decided));
            shows(&stores, &database, tenant, decision.customer()).await;
        }
    }
}
