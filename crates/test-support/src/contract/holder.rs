//! Lookups of the holder of a unique value.

use customers_domain::{Customer, Profile};

use super::Stores;
use super::uniqueness::{holds_email, holds_external_id};
use super::update::{to_email, to_external_id};
use crate::builders::{creation, edited, minimal_profile, parse, profile, renamed};

/// Returns a customer that is not stored.
fn unsaved(profile: Profile) -> Customer {
    creation(profile).customer().clone()
}

/// Covers an empty tenant, one with other customers, and customers with and without an external id.
pub async fn a_free_value_has_no_holder(stores: Stores) {
    let tenant = stores.tenant().await;
    for _ in 0..2 {
        for wanted in [unsaved(profile()), unsaved(minimal_profile())] {
            assert_eq!(stores.find_holder(tenant, &wanted).await, None);
        }
        stores.created(tenant, &creation(profile())).await;
        stores.created(tenant, &creation(minimal_profile())).await;
    }
}

/// Case is ignored.
pub async fn the_holder_of_an_email_is_found(stores: Stores) {
    let tenant = stores.tenant().await;
    let with_email = |email: &str| Profile {
        email: parse(email),
        ..profile()
    };
    let held = creation(with_email("Mixed.Case@example.com"));
    let holder = stores.created(tenant, &held).await;
    for email in ["Mixed.Case@example.com", "mixed.case@EXAMPLE.com"] {
        let found = stores
            .find_holder(tenant, &unsaved(with_email(email)))
            .await;
        assert_eq!(found, Some(holds_email(holder)), "{email}");
    }
}

/// Case is significant.
pub async fn the_holder_of_an_external_id_is_found(stores: Stores) {
    let tenant = stores.tenant().await;
    let with_id = |id: &str| Profile {
        external_id: Some(parse(id)),
        ..minimal_profile()
    };
    let holder = stores.created(tenant, &creation(with_id("crm-a"))).await;
    let found = stores.find_holder(tenant, &unsaved(with_id("crm-a"))).await;
    assert_eq!(found, Some(holds_external_id(holder)));
    let found = stores.find_holder(tenant, &unsaved(with_id("crm-A"))).await;
    assert_eq!(found, None);
}

/// Covers one customer that holds both values, and two customers.
pub async fn of_two_holders_that_of_the_email_is_returned(stores: Stores) {
    let tenant = stores.tenant().await;
    let older = stores.customer(tenant, creation(profile())).await;
    let younger = stores.customer(tenant, creation(profile())).await;
    for (email, id) in [(&older, &younger), (&younger, &older), (&older, &older)] {
        let wanted = unsaved(Profile {
            email: email.profile().email.clone(),
            external_id: id.profile().external_id.clone(),
            ..minimal_profile()
        });
        let found = stores.find_holder(tenant, &wanted).await;
        assert_eq!(found, Some(holds_email(email.id())));
    }
}

/// Covers an unchanged customer, an edited one, and one that requests a value of another customer.
pub async fn a_customer_is_not_its_own_holder(stores: Stores) {
    let tenant = stores.tenant().await;
    let customer = stores.customer(tenant, creation(profile())).await;
    let other = stores.customer(tenant, creation(profile())).await;
    assert_eq!(stores.find_holder(tenant, &customer).await, None);
    let edit = renamed(&customer);
    assert_eq!(stores.find_holder(tenant, edit.customer()).await, None);
    let edit = edited(&customer, to_email(&other.profile().email));
    let found = stores.find_holder(tenant, edit.customer()).await;
    assert_eq!(found, Some(holds_email(other.id())));
    let edit = edited(
        &customer,
        to_external_id(other.profile().external_id.as_ref()),
    );
    let found = stores.find_holder(tenant, edit.customer()).await;
    assert_eq!(found, Some(holds_external_id(other.id())));
}

/// The old email is free and the new one is held.
pub async fn an_edit_frees_the_old_email_and_holds_the_new_one(stores: Stores) {
    let tenant = stores.tenant().await;
    let before = stores.customer(tenant, creation(profile())).await;
    let edit = edited(&before, to_email(&profile().email));
    let after = stores.updated(tenant, edit).await;
    let with_email_of = |customer: &Customer| {
        unsaved(Profile {
            email: customer.profile().email.clone(),
            ..minimal_profile()
        })
    };
    let found = stores.find_holder(tenant, &with_email_of(&before)).await;
    assert_eq!(found, None);
    let found = stores.find_holder(tenant, &with_email_of(&after)).await;
    assert_eq!(found, Some(holds_email(after.id())));
}

/// Values are unique in a tenant only.
pub async fn a_customer_of_another_tenant_is_not_a_holder(stores: Stores) {
    let (mine, theirs) = (stores.tenant().await, stores.tenant().await);
    let profile = profile();
    stores.created(theirs, &creation(profile.clone())).await;
    assert_eq!(stores.find_holder(mine, &unsaved(profile)).await, None);
}
