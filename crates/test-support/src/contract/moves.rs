//! Edits of unique values, which are never held twice.

use customers_domain::{Customer, Edit, Profile, ProfilePatch};

use super::Stores;
use super::change::ChangeOutcome;
use super::uniqueness::{email_taken, external_id_taken, holds_email, holds_external_id};
use super::update::{assert_stored, to_email, to_external_id};
use crate::builders::{creation, edited, minimal_profile, parse, profile};

/// Returns a patch with the email of one customer and the external id of another.
fn to_both_of(email: &Customer, external_id: &Customer) -> ProfilePatch {
    let id = external_id.profile().external_id.clone();
    ProfilePatch {
        external_id: id.map_or(Edit::Keep, Edit::Set),
        ..to_email(&email.profile().email)
    }
}

/// Case is ignored.
pub async fn an_edit_to_a_taken_email_is_refused_with_its_holder(stores: Stores) {
    let tenant = stores.tenant().await;
    let held = Profile {
        email: parse("Mixed.Case@example.com"),
        ..profile()
    };
    let holder = stores.customer(tenant, creation(held)).await;
    let customer = stores.customer(tenant, creation(profile())).await;
    for same in ["Mixed.Case@example.com", "mixed.CASE@example.com"] {
        let outcome = stores
            .update(tenant, &edited(&customer, to_email(&parse(same))))
            .await;
        assert_eq!(outcome, ChangeOutcome::Taken(holds_email(holder.id())));
    }
    assert_stored(&stores, tenant, &customer).await;
    assert_stored(&stores, tenant, &holder).await;
}

/// Covers a customer with and without a previous external id.
pub async fn an_edit_to_a_taken_external_id_is_refused_with_its_holder(stores: Stores) {
    let tenant = stores.tenant().await;
    let holder = stores.customer(tenant, creation(profile())).await;
    for wants in [profile(), minimal_profile()] {
        let customer = stores.customer(tenant, creation(wants)).await;
        let patch = to_external_id(holder.profile().external_id.as_ref());
        let outcome = stores.update(tenant, &edited(&customer, patch)).await;
        let expected = ChangeOutcome::Taken(holds_external_id(holder.id()));
        assert_eq!(outcome, expected);
        assert_stored(&stores, tenant, &customer).await;
    }
    assert_stored(&stores, tenant, &holder).await;
}

/// Covers one holder of both values, and two holders in either order.
pub async fn if_an_edit_conflicts_twice_the_holder_of_the_email_is_returned(stores: Stores) {
    let tenant = stores.tenant().await;
    let older = stores.customer(tenant, creation(profile())).await;
    let customer = stores.customer(tenant, creation(profile())).await;
    let younger = stores.customer(tenant, creation(profile())).await;
    for (email, external_id) in [(&older, &younger), (&younger, &older), (&older, &older)] {
        let update = edited(&customer, to_both_of(email, external_id));
        let outcome = stores.update(tenant, &update).await;
        assert_eq!(outcome, ChangeOutcome::Taken(holds_email(email.id())));
    }
    assert_stored(&stores, tenant, &customer).await;
}

/// A customer does not conflict with itself.
pub async fn a_customers_own_email_in_another_case_is_no_conflict(stores: Stores) {
    let tenant = stores.tenant().await;
    let held = Profile {
        email: parse("mixed.case@example.com"),
        ..profile()
    };
    let customer = stores.customer(tenant, creation(held)).await;
    let update = edited(&customer, to_email(&parse("Mixed.Case@example.com")));
    let customer = stores.updated(tenant, update).await;
    assert_stored(&stores, tenant, &customer).await;
    let other = creation(Profile {
        email: parse("mixed.case@example.com"),
        ..profile()
    });
    let outcome = stores.create(tenant, &other).await;
    assert_eq!(outcome, email_taken(customer.id()));
}

/// The old email is free for a create and for an edit, and the new one is taken.
pub async fn a_replaced_email_is_free(stores: Stores) {
    let tenant = stores.tenant().await;
    let (old, new) = (profile().email, profile().email);
    let with_old = || {
        creation(Profile {
            email: old.clone(),
            ..profile()
        })
    };
    let first = stores.customer(tenant, with_old()).await;
    let first = stores.updated(tenant, edited(&first, to_email(&new))).await;
    let second = stores.customer(tenant, with_old()).await;
    let outcome = stores.create(tenant, &with_old()).await;
    assert_eq!(outcome, email_taken(second.id()));

    let newest = to_email(&profile().email);
    let first = stores.updated(tenant, edited(&first, newest)).await;
    let second = stores
        .updated(tenant, edited(&second, to_email(&new)))
        .await;
    let outcome = stores.update(tenant, &edited(&first, to_email(&new))).await;
    assert_eq!(outcome, ChangeOutcome::Taken(holds_email(second.id())));
    assert_stored(&stores, tenant, &first).await;
    assert_stored(&stores, tenant, &second).await;
}

/// Covers a replaced and a removed external id.
pub async fn a_replaced_external_id_is_free(stores: Stores) {
    let tenant = stores.tenant().await;
    let old = profile().external_id;
    let with_old = || {
        creation(Profile {
            external_id: old.clone(),
            ..minimal_profile()
        })
    };
    for new in [profile().external_id, None] {
        let holder = stores.customer(tenant, with_old()).await;
        let outcome = stores.create(tenant, &with_old()).await;
        assert_eq!(outcome, external_id_taken(holder.id()));
        let update = edited(&holder, to_external_id(new.as_ref()));
        let holder = stores.updated(tenant, update).await;
        assert_stored(&stores, tenant, &holder).await;
    }
    let heir = stores.customer(tenant, creation(minimal_profile())).await;
    let update = edited(&heir, to_external_id(old.as_ref()));
    let heir = stores.updated(tenant, update).await;
    let outcome = stores.create(tenant, &with_old()).await;
    assert_eq!(outcome, external_id_taken(heir.id()));
}

/// It neither holds the requested values nor releases its own.
pub async fn a_refused_edit_has_no_effect(stores: Stores) {
    let tenant = stores.tenant().await;
    let holder = stores.customer(tenant, creation(profile())).await;
    let customer = stores.customer(tenant, creation(profile())).await;
    let free = creation(profile());
    for refused in [
        to_both_of(&holder, free.customer()),
        to_both_of(free.customer(), &holder),
    ] {
        let outcome = stores.update(tenant, &edited(&customer, refused)).await;
        assert!(matches!(outcome, ChangeOutcome::Taken(_)), "{outcome:?}");
    }
    stores.created(tenant, &free).await;
    let same = creation(customer.profile().clone());
    let outcome = stores.create(tenant, &same).await;
    assert_eq!(outcome, email_taken(customer.id()));
    assert_stored(&stores, tenant, &customer).await;
}

/// Values are unique in a tenant only.
pub async fn an_edit_may_use_values_of_another_tenant(stores: Stores) {
    let (mine, theirs) = (stores.tenant().await, stores.tenant().await);
    let foreign = stores.customer(theirs, creation(profile())).await;
    let customer = stores.customer(mine, creation(profile())).await;
    let update = edited(&customer, to_both_of(&foreign, &foreign));
    let customer = stores.updated(mine, update).await;
    assert_stored(&stores, mine, &customer).await;
    assert_stored(&stores, theirs, &foreign).await;
}
