//! An erased customer leaves its id, its version, the time of the erasure and its changes without reasons.

use customers_domain::{
    Customer, CustomerChange, CustomerErasure, CustomerState, CustomerStatus, ErasedCustomer,
    TenantId, Verb,
};
use customers_ports::{CustomerFilter, ErasureOutcome, FoundCustomer, RecordedDecision};

use super::Stores;
use super::change::{Change, ChangeOutcome};
use super::decisions::record_of;
use super::idempotency::{repeated, replayed};
use super::update::{assert_stored, to_email};
use crate::builders::{
    claim, claimed, creation, customer_id, decided, edited, erasure, profile, renamed, test_time,
};

/// Creates a customer and closes it.
pub(super) async fn closed(stores: &Stores, tenant: TenantId) -> Customer {
    let customer = stores.customer(tenant, creation(profile())).await;
    let close = decided(&customer, Verb::Close, None);
    stores.updated(tenant, close).await
}

/// Erases a customer.
pub(super) async fn erased(
    stores: &Stores,
    tenant: TenantId,
    erasure: &CustomerErasure,
) -> ErasedCustomer {
    let outcome = stores.erase(tenant, erasure).await;
    assert_eq!(outcome, ErasureOutcome::Erased);
    erasure.erased()
}

/// Asserts that the store shows what remains of a customer and nothing else.
pub(super) async fn shows_remains(stores: &Stores, tenant: TenantId, erased: ErasedCustomer) {
    let found = stores.find_or_remains(tenant, erased.id).await;
    assert_eq!(found, Some(FoundCustomer::Erased(erased)));
}

/// The same customer in a status that allows edits.
fn editable(customer: &Customer) -> Customer {
    Customer::from_stored(CustomerState {
        status: CustomerStatus::Active,
        ..customer.state().clone()
    })
}

/// In its tenant alone.
pub async fn an_erased_customer_leaves_its_id_its_version_and_its_time(stores: Stores) {
    let (tenant, other) = (stores.tenant().await, stores.tenant().await);
    let customer = closed(&stores, tenant).await;
    let neighbour = closed(&stores, tenant).await;
    let remains = erased(&stores, tenant, &erasure(&customer, None)).await;
    assert_eq!(remains.version, customer.version().next());
    shows_remains(&stores, tenant, remains).await;
    assert_eq!(stores.find_or_remains(other, customer.id()).await, None);
    assert_stored(&stores, tenant, &neighbour).await;
}

/// Whatever it is looked up by.
pub async fn an_erased_customer_is_in_no_list(stores: Stores) {
    let tenant = stores.tenant().await;
    let customer = closed(&stores, tenant).await;
    let neighbour = closed(&stores, tenant).await;
    erased(&stores, tenant, &erasure(&customer, None)).await;
    let profile = customer.profile();
    let any = CustomerFilter::default;
    let filters = [
        CustomerFilter {
            email: Some(profile.email.clone()),
            ..any()
        },
        CustomerFilter {
            external_id: profile.external_id.clone(),
            ..any()
        },
    ];
    for filter in filters {
        assert_eq!(stores.all(tenant, filter).await, []);
    }
    let filters = [
        any(),
        CustomerFilter {
            phone: Some(profile.phone.clone()),
            ..any()
        },
        CustomerFilter {
            statuses: vec![CustomerStatus::Closed],
            ..any()
        },
        CustomerFilter {
            country: Some(profile.billing_address.country),
            ..any()
        },
    ];
    for filter in filters {
        let listed = stores.all(tenant, filter).await;
        assert!(listed.iter().all(|it| it == &neighbour), "{listed:?}");
    }
    let all = stores.all(tenant, any()).await;
    assert_eq!(all.len(), 1);
}

/// For a creation and for an edit.
pub async fn the_email_and_external_id_of_an_erased_customer_are_free(stores: Stores) {
    let tenant = stores.tenant().await;
    let customer = closed(&stores, tenant).await;
    let heir = creation(customer.profile().clone());
    assert!(stores.find_holder(tenant, heir.customer()).await.is_some());
    erased(&stores, tenant, &erasure(&customer, None)).await;
    assert_eq!(stores.find_holder(tenant, heir.customer()).await, None);
    let heir = stores.customer(tenant, heir).await;
    assert_stored(&stores, tenant, &heir).await;

    let second = closed(&stores, tenant).await;
    erased(&stores, tenant, &erasure(&second, None)).await;
    let edit = edited(&heir, to_email(&second.profile().email));
    let heir = stores.updated(tenant, edit).await;
    assert_stored(&stores, tenant, &heir).await;
}

/// Its changes as they are to be found after the erasure, newest first.
fn without_reasons(changes: Vec<CustomerChange>, erasure: &CustomerErasure) -> Vec<CustomerChange> {
    let before = changes.into_iter().map(|change| CustomerChange {
        reason: None,
        ..change
    });
    [erasure.change().clone()]
        .into_iter()
        .chain(before)
        .collect()
}

/// The entry of the erasure is the newest.
pub async fn the_history_of_an_erased_customer_stays_without_its_reasons(stores: Stores) {
    let tenant = stores.tenant().await;
    let customer = stores.customer(tenant, creation(profile())).await;
    let customer = stores.updated(tenant, renamed(&customer)).await;
    let reject = decided(&customer, Verb::Reject, Some("reject"));
    let customer = stores.updated(tenant, reject).await;
    let before = stores.changes(tenant, customer.id()).await;
    assert!(before.iter().any(|change| change.reason.is_some()));
    let erasure = erasure(&customer, Some("erase"));
    erased(&stores, tenant, &erasure).await;
    let after = stores.changes(tenant, customer.id()).await;
    assert_eq!(after, without_reasons(before, &erasure));
    let other = stores.tenant().await;
    let foreign = stores.history(other, customer.id(), None, 50).await;
    assert_eq!(foreign, None);
}

/// As that of any customer.
pub async fn the_history_of_an_erased_customer_is_paged(stores: Stores) {
    let tenant = stores.tenant().await;
    let customer = closed(&stores, tenant).await;
    erased(&stores, tenant, &erasure(&customer, None)).await;
    let all = stores.changes(tenant, customer.id()).await;
    assert_eq!(all.len(), 3);
    let mut walked = Vec::new();
    loop {
        let after = walked.last().map(|change: &CustomerChange| change.version);
        let page = stores.history(tenant, customer.id(), after, 1).await;
        let page = page.expect("a page");
        let has_more = page.has_more;
        walked.extend(page.items);
        if !has_more {
            break;
        }
    }
    assert_eq!(walked, all);
    let oldest = all.last().map(|change| change.version);
    let behind = stores.history(tenant, customer.id(), oldest, 1).await;
    assert_eq!(behind.expect("a page").items, []);
}

/// The id stays used in the tenant.
pub async fn a_decision_on_an_erased_customer_keeps_its_id_and_nothing_else(stores: Stores) {
    let tenant = stores.tenant().await;
    let customer = stores.customer(tenant, creation(profile())).await;
    let decision = decided(&customer, Verb::Reject, Some("used"));
    let customer = stores.updated(tenant, decision.clone()).await;
    let found = stores.find_decision(tenant, "used").await;
    assert!(found == Some(record_of(&decision)), "{found:?}");
    let remains = erased(&stores, tenant, &erasure(&customer, None)).await;
    let found = stores.find_decision(tenant, "used").await;
    assert_eq!(found, Some(RecordedDecision::OfErased(remains)));

    let other = stores.customer(tenant, creation(profile())).await;
    for id in [decided(&other, Verb::Approve, Some("used")), decision] {
        let outcome = stores.update(tenant, &id).await;
        let expected = if id.customer().id() == other.id() {
            ChangeOutcome::DecisionTaken
        } else {
            // The very same decision, made again: it was stored.
            ChangeOutcome::Stored
        };
        assert_eq!(outcome, expected);
    }
    assert_stored(&stores, tenant, &other).await;
}

/// In its tenant alone.
pub async fn an_erasure_is_found_under_its_decision_id(stores: Stores) {
    let (tenant, other) = (stores.tenant().await, stores.tenant().await);
    let customer = closed(&stores, tenant).await;
    assert_eq!(stores.find_decision(tenant, "gdpr").await, None);
    let remains = erased(&stores, tenant, &erasure(&customer, Some("gdpr"))).await;
    let found = stores.find_decision(tenant, "gdpr").await;
    assert_eq!(found, Some(RecordedDecision::Erasure(remains)));
    assert_eq!(stores.find_decision(other, "gdpr").await, None);
    let foreign = closed(&stores, other).await;
    erased(&stores, other, &erasure(&foreign, Some("gdpr"))).await;
}

/// Whether a verb or an erasure used it, also before a version that is not current.
pub async fn a_used_decision_id_refuses_an_erasure(stores: Stores) {
    let tenant = stores.tenant().await;
    let first = stores.customer(tenant, creation(profile())).await;
    let first = decided(&first, Verb::Close, Some("close"));
    let first = stores.updated(tenant, first).await;
    erased(&stores, tenant, &erasure(&first, Some("erase"))).await;
    let customer = stores.customer(tenant, creation(profile())).await;
    let rejected = decided(&customer, Verb::Reject, None);
    let rejected = stores.updated(tenant, rejected).await;
    let closed = decided(&rejected, Verb::Close, None);
    let closed = stores.updated(tenant, closed).await;
    for version in [&rejected, &closed] {
        for id in ["close", "erase"] {
            let outcome = stores.erase(tenant, &erasure(version, Some(id))).await;
            assert_eq!(outcome, ErasureOutcome::DecisionTaken);
        }
    }
    assert_stored(&stores, tenant, &closed).await;
}

/// Of a version that is gone, and of one that is not reached.
pub async fn an_erasure_of_another_version_is_a_conflict_and_erases_nothing(stores: Stores) {
    let tenant = stores.tenant().await;
    let customer = stores.customer(tenant, creation(profile())).await;
    let rejected = decided(&customer, Verb::Reject, None);
    let rejected = stores.updated(tenant, rejected).await;
    let closed = decided(&rejected, Verb::Close, None);
    let current = stores.updated(tenant, closed).await;
    let ahead = editable(&current);
    let ahead = renamed(&ahead).customer().clone();
    let ahead = decided(&ahead, Verb::Close, None).customer().clone();
    for version in [&rejected, &ahead] {
        for id in [None, Some("free")] {
            let outcome = stores.erase(tenant, &erasure(version, id)).await;
            assert_eq!(outcome, ErasureOutcome::VersionConflict);
        }
    }
    assert_stored(&stores, tenant, &current).await;
    assert_eq!(stores.find_decision(tenant, "free").await, None);
}

/// A customer of another tenant is one that does not exist.
pub async fn an_erasure_of_an_unknown_or_foreign_customer_is_a_conflict(stores: Stores) {
    let (tenant, other) = (stores.tenant().await, stores.tenant().await);
    let foreign = closed(&stores, other).await;
    let unknown = Customer::from_stored(CustomerState {
        id: customer_id(test_time()),
        ..foreign.state().clone()
    });
    for customer in [&foreign, &unknown] {
        let outcome = stores.erase(tenant, &erasure(customer, None)).await;
        assert_eq!(outcome, ErasureOutcome::VersionConflict);
    }
    assert_stored(&stores, other, &foreign).await;
}

/// Whoever did not learn of the first call learns it from the second.
pub async fn the_same_erasure_again_is_erased_and_stored_once(stores: Stores) {
    let tenant = stores.tenant().await;
    for id in [None, Some("gdpr")] {
        let customer = closed(&stores, tenant).await;
        let erasure = erasure(&customer, id);
        for _ in 0..3 {
            let remains = erased(&stores, tenant, &erasure).await;
            shows_remains(&stores, tenant, remains).await;
        }
        assert_eq!(stores.changes(tenant, customer.id()).await.len(), 3);
    }
}

/// With what remains, whatever their version.
pub async fn changes_of_an_erased_customer_are_refused(stores: Stores) {
    let tenant = stores.tenant().await;
    let customer = closed(&stores, tenant).await;
    let remains = erased(&stores, tenant, &erasure(&customer, None)).await;
    let newer = renamed(&editable(&customer)).customer().clone();
    for version in [editable(&customer), newer] {
        let changes: [Change; 4] = [
            renamed(&version).into(),
            edited(&version, to_email(&profile().email)).into(),
            decided(&version, Verb::Close, None).into(),
            decided(&version, Verb::Close, Some("close")).into(),
        ];
        for change in changes {
            let outcome = stores.update(tenant, &change).await;
            assert_eq!(outcome, ChangeOutcome::Erased(remains));
        }
        let closed = decided(&version, Verb::Close, None).customer().clone();
        for erasure in [erasure(&customer, None), erasure(&closed, Some("erase"))] {
            let outcome = stores.erase(tenant, &erasure).await;
            assert_eq!(outcome, ErasureOutcome::AlreadyErased(remains));
        }
    }
    for id in ["close", "erase"] {
        assert_eq!(stores.find_decision(tenant, id).await, None);
    }
    assert_eq!(stores.changes(tenant, customer.id()).await.len(), 3);
    shows_remains(&stores, tenant, remains).await;
}

/// Also where another customer has its email by then.
pub async fn a_repeated_create_of_an_erased_customer_replays_its_receipt(stores: Stores) {
    let tenant = stores.tenant().await;
    let first = claimed(profile(), claim("key", "body"));
    stores.created(tenant, &first).await;
    let close = decided(first.customer(), Verb::Close, None);
    let customer = stores.updated(tenant, close).await;
    let remains = erased(&stores, tenant, &erasure(&customer, None)).await;
    assert_eq!(
        stores.create(tenant, &repeated(&first)).await,
        replayed(&first)
    );
    let heir = creation(customer.profile().clone());
    stores.created(tenant, &heir).await;
    assert_eq!(
        stores.create(tenant, &repeated(&first)).await,
        replayed(&first)
    );
    shows_remains(&stores, tenant, remains).await;
}

/// A store knows no rule of statuses.
pub async fn a_customer_that_was_never_changed_can_be_erased(stores: Stores) {
    let tenant = stores.tenant().await;
    let customer = stores.customer(tenant, creation(profile())).await;
    let rejected = Customer::from_stored(CustomerState {
        status: CustomerStatus::Rejected,
        ..customer.state().clone()
    });
    let remains = erased(&stores, tenant, &erasure(&rejected, None)).await;
    shows_remains(&stores, tenant, remains).await;
    assert_eq!(stores.changes(tenant, customer.id()).await.len(), 2);
}
