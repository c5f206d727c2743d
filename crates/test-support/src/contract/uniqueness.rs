//! Uniqueness of emails and external ids in a tenant.

use customers_domain::{CustomerId, Profile};
use customers_ports::{Conflict, CreateOutcome, UniqueField};

use super::Stores;
use crate::builders::{creation, minimal_profile, parse, profile};

/// Returns the conflict with a holder of the email.
pub(super) const fn holds_email(holder: CustomerId) -> Conflict {
    Conflict {
        field: UniqueField::Email,
        holder,
    }
}

/// Returns the conflict with a holder of the external id.
pub(super) const fn holds_external_id(holder: CustomerId) -> Conflict {
    Conflict {
        field: UniqueField::ExternalId,
        holder,
    }
}

/// Returns the outcome of a create whose email is held.
pub(super) const fn email_taken(holder: CustomerId) -> CreateOutcome {
    CreateOutcome::Taken(holds_email(holder))
}

/// Returns the outcome of a create whose external id is held.
pub(super) const fn external_id_taken(holder: CustomerId) -> CreateOutcome {
    CreateOutcome::Taken(holds_external_id(holder))
}

/// The first customer is stored, and the second create returns its id.
pub async fn a_taken_email_is_refused_with_its_holder(stores: Stores) {
    let tenant = stores.tenant().await;
    let first = creation(profile());
    let holder = stores.created(tenant, &first).await;
    let second = creation(Profile {
        email: first.customer().profile().email.clone(),
        ..profile()
    });
    assert_eq!(stores.create(tenant, &second).await, email_taken(holder));
    assert_eq!(
        stores.find(tenant, holder).await,
        Some(first.customer().clone())
    );
}

/// ASCII case is ignored in both parts of the address.
pub async fn a_taken_email_is_refused_in_any_case(stores: Stores) {
    let tenant = stores.tenant().await;
    let with_email = |email: &str| {
        creation(Profile {
            email: parse(email),
            ..minimal_profile()
        })
    };
    let holder = stores
        .created(tenant, &with_email("Mixed.Case@Example.com"))
        .await;
    for same in [
        "mixed.case@example.com",
        "MIXED.CASE@EXAMPLE.COM",
        "mIxEd.CaSe@eXaMpLe.CoM",
    ] {
        let outcome = stores.create(tenant, &with_email(same)).await;
        assert_eq!(outcome, email_taken(holder), "{same}");
    }
    stores
        .created(tenant, &with_email("mixed-case@example.com"))
        .await;
}

/// Values are unique in a tenant only.
pub async fn an_email_of_another_tenant_is_free(stores: Stores) {
    let (one, other) = (stores.tenant().await, stores.tenant().await);
    let profile = minimal_profile();
    let (first, second) = (creation(profile.clone()), creation(profile));
    let in_one = stores.created(one, &first).await;
    let in_other = stores.created(other, &second).await;
    assert_eq!(
        stores.find(one, in_one).await,
        Some(first.customer().clone())
    );
    assert_eq!(
        stores.find(other, in_other).await,
        Some(second.customer().clone())
    );
}

/// The first customer is stored, and the second create returns its id.
pub async fn a_taken_external_id_is_refused_with_its_holder(stores: Stores) {
    let tenant = stores.tenant().await;
    let first = creation(profile());
    let holder = stores.created(tenant, &first).await;
    let second = creation(Profile {
        external_id: first.customer().profile().external_id.clone(),
        ..profile()
    });
    assert_eq!(
        stores.create(tenant, &second).await,
        external_id_taken(holder)
    );
    assert_eq!(
        stores.find(tenant, holder).await,
        Some(first.customer().clone())
    );
}

/// Case and spaces are significant.
pub async fn an_external_id_is_compared_byte_for_byte(stores: Stores) {
    let tenant = stores.tenant().await;
    for different in ["crm-A", "crm-a", " crm-a", "crm-a ", "crm-a  "] {
        let creation = creation(Profile {
            external_id: Some(parse(different)),
            ..minimal_profile()
        });
        stores.created(tenant, &creation).await;
    }
}

/// Values are unique in a tenant only.
pub async fn an_external_id_of_another_tenant_is_free(stores: Stores) {
    let (one, other) = (stores.tenant().await, stores.tenant().await);
    let profile = profile();
    stores.created(one, &creation(profile.clone())).await;
    stores.created(other, &creation(profile)).await;
}

/// Two absent values are not equal.
pub async fn customers_without_external_id_do_not_conflict(stores: Stores) {
    let tenant = stores.tenant().await;
    for _ in 0..3 {
        stores.created(tenant, &creation(minimal_profile())).await;
    }
}

/// Covers both orders of the two holders.
pub async fn if_two_customers_conflict_the_holder_of_the_email_is_returned(stores: Stores) {
    let tenant = stores.tenant().await;
    let (older, younger) = (creation(profile()), creation(profile()));
    let older_id = stores.created(tenant, &older).await;
    let younger_id = stores.created(tenant, &younger).await;
    let between = |email: &Profile, external_id: &Profile| {
        creation(Profile {
            email: email.email.clone(),
            external_id: external_id.external_id.clone(),
            ..minimal_profile()
        })
    };
    let (older, younger) = (older.customer().profile(), younger.customer().profile());
    let outcome = stores.create(tenant, &between(older, younger)).await;
    assert_eq!(outcome, email_taken(older_id));
    let outcome = stores.create(tenant, &between(younger, older)).await;
    assert_eq!(outcome, email_taken(younger_id));
}

/// Both fields conflict, and the outcome names the email.
pub async fn if_one_customer_conflicts_twice_the_email_is_named(stores: Stores) {
    let tenant = stores.tenant().await;
    let profile = profile();
    let holder = stores.created(tenant, &creation(profile.clone())).await;
    let outcome = stores.create(tenant, &creation(profile)).await;
    assert_eq!(outcome, email_taken(holder));
}

/// It is not stored, and does not hold free values.
pub async fn a_refused_create_has_no_effect(stores: Stores) {
    let tenant = stores.tenant().await;
    let first = creation(profile());
    let holder = stores.created(tenant, &first).await;
    let wanted = profile();
    let by_email = creation(Profile {
        email: first.customer().profile().email.clone(),
        ..wanted.clone()
    });
    let by_external_id = creation(Profile {
        external_id: first.customer().profile().external_id.clone(),
        ..wanted.clone()
    });
    assert_eq!(stores.create(tenant, &by_email).await, email_taken(holder));
    let outcome = stores.create(tenant, &by_external_id).await;
    assert_eq!(outcome, external_id_taken(holder));
    for refused in [by_email, by_external_id] {
        assert_eq!(stores.find(tenant, refused.customer().id()).await, None);
    }
    stores.created(tenant, &creation(wanted)).await;
}

/// A retry does not mistake the refused create for its own success.
pub async fn a_retried_refused_create_is_refused_again(stores: Stores) {
    let tenant = stores.tenant().await;
    let profile = profile();
    let holder = stores.created(tenant, &creation(profile.clone())).await;
    let refused = creation(profile);
    for _ in 0..3 {
        assert_eq!(stores.create(tenant, &refused).await, email_taken(holder));
    }
    assert_eq!(stores.find(tenant, refused.customer().id()).await, None);
}
