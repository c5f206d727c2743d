//! What is unique moves from customer to customer with their edits, and is never held twice.

use customers_domain::{Customer, Edit, Profile, ProfilePatch};

use super::Stores;
use super::change::ChangeOutcome;
use super::uniqueness::{email_taken, external_id_taken, holds_email, holds_external_id};
use super::update::{shows, to_email, to_external_id};
use crate::builders::{creation, edited, minimal_profile, parse, profile};

/// The email and the external id of that customer.
fn to_both_of(email: &Customer, external_id: &Customer) -> ProfilePatch {
    let id = external_id.profile().external_id.clone();
    ProfilePatch {
        external_id: id.map_or(Edit::Keep, Edit::Set),
        ..to_email(&email.profile().email)
    }
}

/// In whatever case it is written.
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
    shows(&stores, tenant, &customer).await;
    shows(&stores, tenant, &holder).await;
}

/// Also where the customer had none before.
pub async fn an_edit_to_a_taken_external_id_is_refused_with_its_holder(stores: Stores) {
    let tenant = stores.tenant().await;
    let holder = stores.customer(tenant, creation(profile())).await;
    for wants in [profile(), minimal_profile()] {
        let customer = stores.customer(tenant, creation(wants)).await;
        let patch = to_external_id(holder.profile().external_id.as_ref());
        let outcome = stores.update(tenant, &edited(&customer, patch)).await;
        let expected = ChangeOutcome::Taken(holds_external_id(holder.id()));
        assert_eq!(outcome, expected);
        shows(&stores, tenant, &customer).await;
    }
    shows(&stores, tenant, &holder).await;
}

/// Whether one customer holds both or two do, in whichever order they came.
pub async fn where_an_edit_takes_both_the_emails_holder_is_named(stores: Stores) {
    let tenant = stores.tenant().await;
    let older = stores.customer(tenant, creation(profile())).await;
    let customer = stores.customer(tenant, creation(profile())).await;
    let younger = stores.customer(tenant, creation(profile())).await;
    for (email, external_id) in [(&older, &younger), (&younger, &older), (&older, &older)] {
        let update = edited(&customer, to_both_of(email, external_id));
        let outcome = stores.update(tenant, &update).await;
        assert_eq!(outcome, ChangeOutcome::Taken(holds_email(email.id())));
    }
    shows(&stores, tenant, &customer).await;
}

/// A customer does not stand in its own way.
pub async fn the_own_email_in_another_case_is_no_conflict(stores: Stores) {
    let tenant = stores.tenant().await;
    let held = Profile {
        email: parse("mixed.case@example.com"),
        ..profile()
    };
    let customer = stores.customer(tenant, creation(held)).await;
    let update = edited(&customer, to_email(&parse("Mixed.Case@example.com")));
    let customer = stores.updated(tenant, update).await;
    shows(&stores, tenant, &customer).await;
    let other = creation(Profile {
        email: parse("mixed.case@example.com"),
        ..profile()
    });
    let outcome = stores.create(tenant, &other).await;
    assert_eq!(outcome, email_taken(customer.id()));
}

/// The old one is free for a creation and for an edit, and the new one is taken.
pub async fn an_email_that_was_changed_is_free_for_another(stores: Stores) {
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
    shows(&stores, tenant, &first).await;
    shows(&stores, tenant, &second).await;
}

/// Whether it was replaced or taken away.
pub async fn an_external_id_that_was_changed_is_free_for_another(stores: Stores) {
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
        shows(&stores, tenant, &holder).await;
    }
    let heir = stores.customer(tenant, creation(minimal_profile())).await;
    let update = edited(&heir, to_external_id(old.as_ref()));
    let heir = stores.updated(tenant, update).await;
    let outcome = stores.create(tenant, &with_old()).await;
    assert_eq!(outcome, external_id_taken(heir.id()));
}

/// Neither its hold on what was free nor a loss of what it had.
pub async fn a_refused_edit_leaves_nothing_behind(stores: Stores) {
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
    shows(&stores, tenant, &customer).await;
}

/// Two tenants may have the same person as a customer.
pub async fn an_edit_may_take_what_another_tenant_holds(stores: Stores) {
    let (mine, theirs) = (stores.tenant().await, stores.tenant().await);
    let foreign = stores.customer(theirs, creation(profile())).await;
    let customer = stores.customer(mine, creation(profile())).await;
    let update = edited(&customer, to_both_of(&foreign, &foreign));
    let customer = stores.updated(mine, update).await;
    shows(&stores, mine, &customer).await;
    shows(&stores, theirs, &foreign).await;
}
