//! Decisions: the reason, the record of the decision, and the uniqueness of decision ids.

use customers_domain::Verb;
use customers_domain::{Customer, CustomerDecision};
use customers_ports::{MadeDecision, RecordedDecision};

use super::Stores;
use super::change::ChangeOutcome;
use super::update::assert_stored;
use crate::builders::{creation, decided, decided_because, profile, renamed};

/// A sequence that contains every verb.
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

/// Returns the expected record of a decision.
pub(super) fn record_of(decision: &CustomerDecision) -> RecordedDecision {
    RecordedDecision::Made(MadeDecision {
        verb: decision.verb(),
        reason: decision.change().reason.clone(),
        customer: decision.customer().clone(),
    })
}

/// Covers status, reason and time of the customer, and every field of its change.
pub async fn every_verb_is_kept_with_its_change(stores: Stores) {
    let tenant = stores.tenant().await;
    let created = creation(profile());
    let mut customer = stores.customer(tenant, created.clone()).await;
    let mut expected = vec![created.change().clone()];
    for (number, verb) in LIFE.into_iter().chain([Verb::Close]).enumerate() {
        let id = format!("decision {number}");
        let update = decided(&customer, verb, (number % 2 == 0).then_some(&id));
        customer = stores.updated(tenant, update.clone()).await;
        assert_stored(&stores, tenant, &customer).await;
        expected.insert(0, update.change().clone());
        assert_eq!(stores.changes(tenant, customer.id()).await, expected);
    }
}

/// If the verb requires no reason, the customer has none afterwards.
pub async fn a_decision_without_a_reason_leaves_none(stores: Stores) {
    let tenant = stores.tenant().await;
    let customer = stores.customer(tenant, creation(profile())).await;
    let customer = stores
        .updated(tenant, decided(&customer, Verb::Submit, None))
        .await;
    let approval = decided_because(&customer, Verb::Approve, None, Some("approval"));
    let customer = stores.updated(tenant, approval.clone()).await;
    assert_eq!(customer.state().status_reason, None);
    assert_stored(&stores, tenant, &customer).await;
    let found = stores.find_decision(tenant, "approval").await;
    assert!(found == Some(record_of(&approval)), "{found:?}");
}

/// An edit is not a decision.
pub async fn an_edit_leaves_the_reason_of_the_last_decision(stores: Stores) {
    let tenant = stores.tenant().await;
    let customer = stores.customer(tenant, creation(profile())).await;
    let submitted = decided(&customer, Verb::Submit, None);
    let customer = stores.updated(tenant, submitted.clone()).await;
    let customer = stores.updated(tenant, renamed(&customer)).await;
    assert_eq!(customer.state().status_reason, submitted.change().reason);
    assert_stored(&stores, tenant, &customer).await;
}

/// Covers the longest reason and text that looks like code.
pub async fn a_reason_is_kept_byte_for_byte(stores: Stores) {
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
        assert_stored(&stores, tenant, &customer).await;
        let changes = stores.changes(tenant, customer.id()).await;
        assert!(changes[0] == *update.change(), "{reason}");
    }
}

/// Covers the longest id, and ids that differ only in a space or in case.
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

/// Later changes of the customer have no effect.
pub async fn a_decision_is_found_with_the_customer_after_it(stores: Stores) {
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

/// Covers an empty tenant, and decisions without and with another id.
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

/// Covers the same and another customer, verb and version.
pub async fn a_used_decision_id_has_precedence_over_an_outdated_version(stores: Stores) {
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
    assert_stored(&stores, tenant, &current).await;
    assert_stored(&stores, tenant, &renewed).await;
    let found = stores.find_decision(tenant, "used").await;
    assert!(found == Some(record_of(&decision)), "{found:?}");
}

/// A client retries the same call because it does not know the outcome of the first one.
pub async fn a_retried_decision_is_decided_and_stored_once(stores: Stores) {
    let tenant = stores.tenant().await;
    let customer = stores.customer(tenant, creation(profile())).await;
    let decision = decided(&customer, Verb::Approve, Some("decision"));
    for _ in 0..3 {
        stores.updated(tenant, decision.clone()).await;
    }
    assert_stored(&stores, tenant, decision.customer()).await;
    let later = stores.updated(tenant, renamed(decision.customer())).await;
    stores.updated(tenant, decision).await;
    assert_stored(&stores, tenant, &later).await;
}

/// Only stored decisions use up their id.
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

/// Decision ids are unique in a tenant only.
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
