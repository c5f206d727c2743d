//! A decision is stored with its reason, and its id is used once in a tenant.

use customers_domain::Verb;
use customers_domain::{Customer, CustomerDecision};
use customers_ports::RecordedDecision;

use super::Stores;
use super::change::ChangeOutcome;
use super::update::shows;
use crate::builders::{creation, decided, decided_because, profile, renamed};

/// A life in which every verb comes up.
const LIFE: [Verb; 14] = [
    Verb::Submit,
    Verb::RequestAction,
    Verb::Submit,
    Verb::Reject,
    Verb::Reopen,
    Verb::Submit,
    Verb::Approve,
    Verb::Suspend,
    Verb::ReReview,
    Verb::Reject,
    Verb::Reopen,
    Verb::Approve,
    Verb::Suspend,
    Verb::Reinstate,
];

/// What is to be found of a decision.
fn record_of(decision: &CustomerDecision) -> RecordedDecision {
    RecordedDecision {
        verb: decision.verb(),
        reason: decision.change().reason.clone(),
        customer: decision.customer().clone(),
    }
}

/// Status, reason and time of the customer, and all that its change tells.
pub async fn every_verb_is_kept_with_its_change(stores: Stores) {
    let tenant = stores.tenant().await;
    let created = creation(profile());
    let mut customer = stores.customer(tenant, created.clone()).await;
    let mut expected = vec![created.change().clone()];
    for (number, verb) in LIFE.into_iter().chain([Verb::Close]).enumerate() {
        let id = format!("decision {number}");
        let update = decided(&customer, verb, (number % 2 == 0).then_some(&id));
        customer = stores.updated(tenant, update.clone()).await;
        shows(&stores, tenant, &customer).await;
        expected.insert(0, update.change().clone());
        assert_eq!(stores.changes(tenant, customer.id()).await, expected);
    }
}

/// Where the verb needs none, the customer has none afterwards.
pub async fn a_decision_without_a_reason_leaves_none(stores: Stores) {
    let tenant = stores.tenant().await;
    let customer = stores.customer(tenant, creation(profile())).await;
    let customer = stores
        .updated(tenant, decided(&customer, Verb::Submit, None))
        .await;
    let approval = decided_because(&customer, Verb::Approve, None, Some("approval"));
    let customer = stores.updated(tenant, approval.clone()).await;
    assert_eq!(customer.state().status_reason, None);
    shows(&stores, tenant, &customer).await;
    let found = stores.find_decision(tenant, "approval").await;
    assert!(found == Some(record_of(&approval)), "{found:?}");
}

/// An edit is no verb.
pub async fn an_edit_leaves_the_reason_of_the_last_decision(stores: Stores) {
    let tenant = stores.tenant().await;
    let customer = stores.customer(tenant, creation(profile())).await;
    let submitted = decided(&customer, Verb::Submit, None);
    let customer = stores.updated(tenant, submitted.clone()).await;
    let customer = stores.updated(tenant, renamed(&customer)).await;
    assert_eq!(customer.state().status_reason, submitted.change().reason);
    shows(&stores, tenant, &customer).await;
}

/// The longest, and what looks like code.
pub async fn a_reason_is_kept_as_it_is(stores: Stores) {
    let tenant = stores.tenant().await;
    let longest = "\u{20000}".repeat(500);
    for reason in [
        &longest,
        "'; DROP TABLE customers; --",
        "{\"a\": \\u0041}",
        "%s $1",
    ] {
        let customer = stores.customer(tenant, creation(profile())).await;
        let update = decided_because(&customer, Verb::Close, Some(reason), None);
        let customer = stores.updated(tenant, update.clone()).await;
        shows(&stores, tenant, &customer).await;
        let changes = stores.changes(tenant, customer.id()).await;
        assert!(changes[0] == *update.change(), "{reason}");
    }
}

/// The longest, and ids that differ in a space or in case alone.
pub async fn a_decision_id_is_compared_byte_for_byte(stores: Stores) {
    let tenant = stores.tenant().await;
    let longest = "~".repeat(255);
    let ids = ["kyc-1", "KYC-1", " kyc-1", "kyc-1 ", "'; --$1\\", &longest];
    let mut decisions = Vec::new();
    for id in ids {
        let customer = stores.customer(tenant, creation(profile())).await;
        let decision = decided(&customer, Verb::Approve, Some(id));
        stores.updated(tenant, decision.clone()).await;
        decisions.push((id, decision));
    }
    for (id, decision) in decisions {
        let found = stores.find_decision(tenant, id).await;
        assert!(found == Some(record_of(&decision)), "{id}");
        let changes = stores.changes(tenant, decision.customer().id()).await;
        assert_eq!(&changes[0], decision.change());
    }
}

/// Whatever became of the customer since.
pub async fn a_decision_is_found_as_it_left_the_customer(stores: Stores) {
    let tenant = stores.tenant().await;
    let mut customer = stores.customer(tenant, creation(profile())).await;
    let mut decisions = Vec::new();
    for (number, verb) in LIFE.into_iter().enumerate() {
        let id = format!("decision {number}");
        let decision = decided(&customer, verb, Some(&id));
        customer = stores.updated(tenant, decision.clone()).await;
        decisions.push((id, decision));
        if customer.status().is_editable() {
            customer = stores.updated(tenant, renamed(&customer)).await;
        }
    }
    for (id, decision) in decisions {
        let found = stores.find_decision(tenant, &id).await;
        assert!(found == Some(record_of(&decision)), "{id} {found:?}");
    }
}

/// In an empty tenant, and beside decisions that have none or another.
pub async fn an_unused_decision_id_is_not_found(stores: Stores) {
    let tenant = stores.tenant().await;
    assert_eq!(stores.find_decision(tenant, "unused").await, None);
    let customer = stores.customer(tenant, creation(profile())).await;
    let submitted = decided(&customer, Verb::Submit, None);
    let customer = stores.updated(tenant, submitted).await;
    let approved = decided(&customer, Verb::Approve, Some("used"));
    stores.updated(tenant, approved).await;
    assert_eq!(stores.find_decision(tenant, "unused").await, None);
}

/// On the same customer or another, with the same verb or another, of a version that is gone or not.
pub async fn a_used_decision_id_is_refused_before_a_version_that_is_not_current(stores: Stores) {
    let tenant = stores.tenant().await;
    let first = stores.customer(tenant, creation(profile())).await;
    let other = stores.customer(tenant, creation(profile())).await;
    let decision = decided(&first, Verb::Submit, Some("used"));
    let current = stores.updated(tenant, decision.clone()).await;
    let renewed = stores.updated(tenant, renamed(&other)).await;
    let again = |customer: &Customer, verb| decided(customer, verb, Some("used"));
    for update in [
        again(&first, Verb::Submit),
        again(&first, Verb::Approve),
        again(&current, Verb::Approve),
        again(&other, Verb::Submit),
        again(&renewed, Verb::Close),
        again(creation(profile()).customer(), Verb::Close),
    ] {
        let outcome = stores.update(tenant, &update).await;
        assert_eq!(outcome, ChangeOutcome::DecisionTaken);
    }
    shows(&stores, tenant, &current).await;
    shows(&stores, tenant, &renewed).await;
    let found = stores.find_decision(tenant, "used").await;
    assert!(found == Some(record_of(&decision)), "{found:?}");
}

/// A caller that does not know what became of its first call makes the very same one again.
pub async fn the_same_decision_again_is_updated_and_stored_once(stores: Stores) {
    let tenant = stores.tenant().await;
    let customer = stores.customer(tenant, creation(profile())).await;
    let decision = decided(&customer, Verb::Approve, Some("decision"));
    for _ in 0..3 {
        stores.updated(tenant, decision.clone()).await;
    }
    shows(&stores, tenant, decision.customer()).await;
    let later = stores.updated(tenant, renamed(decision.customer())).await;
    stores.updated(tenant, decision).await;
    shows(&stores, tenant, &later).await;
}

/// Only what was carried out is kept.
pub async fn a_refused_decision_leaves_its_id_free(stores: Stores) {
    let tenant = stores.tenant().await;
    let first = stores.customer(tenant, creation(profile())).await;
    let current = stores.updated(tenant, renamed(&first)).await;
    let stale = decided(&first, Verb::Approve, Some("decision"));
    let outcome = stores.update(tenant, &stale).await;
    assert_eq!(outcome, ChangeOutcome::VersionConflict);
    assert_eq!(stores.find_decision(tenant, "decision").await, None);
    let good = decided(&current, Verb::Reject, Some("decision"));
    stores.updated(tenant, good.clone()).await;
    let found = stores.find_decision(tenant, "decision").await;
    assert!(found == Some(record_of(&good)), "{found:?}");
}

/// Two tenants may number their decisions alike.
pub async fn a_decision_id_of_another_tenant_is_another_decision(stores: Stores) {
    let (one, other) = (stores.tenant().await, stores.tenant().await);
    let mut decisions = Vec::new();
    for (tenant, verb) in [(one, Verb::Approve), (other, Verb::Reject)] {
        assert_eq!(stores.find_decision(tenant, "decision").await, None);
        let customer = stores.customer(tenant, creation(profile())).await;
        let decision = decided(&customer, verb, Some("decision"));
        stores.updated(tenant, decision.clone()).await;
        decisions.push((tenant, record_of(&decision)));
    }
    for (tenant, expected) in decisions {
        let found = stores.find_decision(tenant, "decision").await;
        assert!(found.as_ref() == Some(&expected), "{found:?}");
    }
}
