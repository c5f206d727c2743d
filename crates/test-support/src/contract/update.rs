//! Changes: each is stored with its history entry, and applies only to the current version.

use std::collections::BTreeMap;

use customers_domain::{
    AddressPatch, Customer, Edit, EmailAddress, ExternalId, MetadataPatch, Profile, ProfilePatch,
    TenantId, Verb,
};

use super::Stores;
use super::change::{Change, ChangeOutcome};
use super::uniqueness::holds_email;
use crate::builders::{creation, decided, edited, metadata, parse, profile, renamed};

pub(super) fn to_email(email: &EmailAddress) -> ProfilePatch {
    ProfilePatch {
        email: Some(email.clone()),
        ..ProfilePatch::default()
    }
}

pub(super) fn to_external_id(id: Option<&ExternalId>) -> ProfilePatch {
    ProfilePatch {
        external_id: id.cloned().map_or(Edit::Remove, Edit::Set),
        ..ProfilePatch::default()
    }
}

fn notes(members: &[(&str, Option<&str>)]) -> Edit<MetadataPatch> {
    let members: BTreeMap<String, Option<String>> = members
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned)))
        .collect();
    Edit::Set(MetadataPatch::parse(members).expect("valid metadata"))
}

/// Returns an edit of each field, in the order of the documentation.
fn edits() -> Vec<ProfilePatch> {
    let address = |billing_address| ProfilePatch {
        billing_address,
        ..ProfilePatch::default()
    };
    let other = profile();
    vec![
        ProfilePatch {
            first_name: Some(parse("Zo\u{eb}")),
            ..ProfilePatch::default()
        },
        ProfilePatch {
            last_name: Some(parse("\u{674e}'; --")),
            ..ProfilePatch::default()
        },
        to_email(&other.email),
        ProfilePatch {
            phone: Some(parse("+12025550187")),
            ..ProfilePatch::default()
        },
        address(AddressPatch {
            line1: Some(parse("3 Mill Road")),
            ..AddressPatch::default()
        }),
        address(AddressPatch {
            line2: Edit::Set(parse("Back door")),
            ..AddressPatch::default()
        }),
        address(AddressPatch {
            city: Some(parse("Kano")),
            ..AddressPatch::default()
        }),
        address(AddressPatch {
            state: Some(parse("Kano State")),
            ..AddressPatch::default()
        }),
        address(AddressPatch {
            zip_code: Some(parse("700001")),
            ..AddressPatch::default()
        }),
        address(AddressPatch {
            country: Some(parse("NG")),
            ..AddressPatch::default()
        }),
        to_external_id(other.external_id.as_ref()),
        ProfilePatch {
            metadata: notes(&[
                ("plan", None),
                ("note", Some("")),
                ("new", Some("\u{1f980}")),
            ]),
            ..ProfilePatch::default()
        },
    ]
}

/// Checks that the store has this customer, with as many changes as its version.
pub(super) async fn assert_stored(stores: &Stores, tenant: TenantId, customer: &Customer) {
    let found = stores.find(tenant, customer.id()).await;
    assert!(found.as_ref() == Some(customer), "{found:?}\n{customer:?}");
    let changes = stores.changes(tenant, customer.id()).await;
    assert_eq!(changes.len(), version_as_count(customer));
}

fn version_as_count(customer: &Customer) -> usize {
    usize::try_from(customer.version().number()).expect("a small version")
}

/// Covers each field alone. The other fields do not change.
pub async fn an_edit_of_one_field_is_kept_with_its_change(stores: Stores) {
    let tenant = stores.tenant().await;
    let mut customer = stores.customer(tenant, creation(profile())).await;
    for patch in edits() {
        let update = edited(&customer, patch);
        customer = stores.updated(tenant, update.clone()).await;
        assert_stored(&stores, tenant, &customer).await;
        let newest = stores.changes(tenant, customer.id()).await.swap_remove(0);
        assert_eq!(newest, *update.change());
    }
}

/// One edit changes all fields, and its change names all of them.
pub async fn an_edit_of_every_field_is_kept_with_its_change(stores: Stores) {
    let tenant = stores.tenant().await;
    let before = stores.customer(tenant, creation(profile())).await;
    let target = edits().into_iter().fold(before.clone(), |customer, patch| {
        edited(&customer, patch).customer().clone()
    });
    let Profile {
        first_name,
        last_name,
        email,
        phone,
        billing_address: address,
        external_id,
        ..
    } = target.into_state().profile;
    let patch = ProfilePatch {
        first_name: Some(first_name),
        last_name: Some(last_name),
        email: Some(email),
        phone: Some(phone),
        billing_address: AddressPatch {
            line1: Some(address.line1),
            line2: address.line2.map_or(Edit::Remove, Edit::Set),
            city: Some(address.city),
            state: Some(address.state),
            zip_code: Some(address.zip_code),
            country: Some(address.country),
        },
        external_id: external_id.map_or(Edit::Remove, Edit::Set),
        metadata: notes(&[("plan", None), ("new", Some("yes"))]),
    };
    let update = edited(&before, patch);
    assert_eq!(update.change().changed_fields.len(), edits().len());
    let after = stores.updated(tenant, update.clone()).await;
    assert_stored(&stores, tenant, &after).await;
    let changes = stores.changes(tenant, after.id()).await;
    assert_eq!(&changes[0], update.change());
}

/// A removed value is absent and not empty.
pub async fn an_optional_value_can_be_removed(stores: Stores) {
    let tenant = stores.tenant().await;
    let before = stores.customer(tenant, creation(profile())).await;
    let patch = ProfilePatch {
        billing_address: AddressPatch {
            line2: Edit::Remove,
            ..AddressPatch::default()
        },
        external_id: Edit::Remove,
        metadata: Edit::Remove,
        ..ProfilePatch::default()
    };
    let after = stores.updated(tenant, edited(&before, patch)).await;
    assert_eq!(after.profile().metadata, metadata(&[]));
    assert_stored(&stores, tenant, &after).await;
}

/// Covers edits and decisions that are based on an outdated version.
pub async fn a_change_of_an_outdated_version_is_a_conflict_and_stores_nothing(stores: Stores) {
    let tenant = stores.tenant().await;
    let first = stores.customer(tenant, creation(profile())).await;
    let current = stores.updated(tenant, renamed(&first)).await;
    for stale in [
        Change::from(renamed(&first)),
        decided(&first, Verb::Approve, None).into(),
    ] {
        let outcome = stores.update(tenant, &stale).await;
        assert_eq!(outcome, ChangeOutcome::VersionConflict);
        assert_stored(&stores, tenant, &current).await;
    }
    let next = stores.updated(tenant, renamed(&current)).await;
    assert_stored(&stores, tenant, &next).await;
}

/// No version is skipped.
pub async fn a_change_of_a_future_version_is_a_conflict(stores: Stores) {
    let tenant = stores.tenant().await;
    let first = stores.customer(tenant, creation(profile())).await;
    let never_stored = renamed(&first).customer().clone();
    let outcome = stores.update(tenant, &renamed(&never_stored)).await;
    assert_eq!(outcome, ChangeOutcome::VersionConflict);
    assert_stored(&stores, tenant, &first).await;
}

/// An update creates no customer.
pub async fn a_change_of_an_unknown_customer_is_a_version_conflict(stores: Stores) {
    let tenant = stores.tenant().await;
    for _ in 0..2 {
        let unknown = renamed(creation(profile()).customer());
        let outcome = stores.update(tenant, &unknown).await;
        assert_eq!(outcome, ChangeOutcome::VersionConflict);
        assert_eq!(stores.find(tenant, unknown.customer().id()).await, None);
        // The second round covers a tenant with customers.
        stores.created(tenant, &creation(profile())).await;
    }
}

/// It is like an unknown customer.
pub async fn a_change_of_another_tenants_customer_is_a_version_conflict(stores: Stores) {
    let (mine, theirs) = (stores.tenant().await, stores.tenant().await);
    let customer = stores.customer(theirs, creation(profile())).await;
    for update in [
        Change::from(renamed(&customer)),
        decided(&customer, Verb::Approve, Some("d")).into(),
    ] {
        let outcome = stores.update(mine, &update).await;
        assert_eq!(outcome, ChangeOutcome::VersionConflict);
    }
    assert_eq!(stores.find(mine, customer.id()).await, None);
    assert_stored(&stores, theirs, &customer).await;
}

/// Covers changes before and after it.
pub async fn a_retried_change_is_updated_and_stored_once(stores: Stores) {
    let tenant = stores.tenant().await;
    let first = stores.customer(tenant, creation(profile())).await;
    let edit = edited(&first, to_email(&profile().email));
    let decision = decided(edit.customer(), Verb::Approve, Some("decision"));
    let later = renamed(decision.customer());
    let changes: [Change; 3] = [edit.into(), decision.into(), later.into()];
    for (last, update) in changes.iter().enumerate() {
        for again in &changes[..=last] {
            let outcome = stores.update(tenant, again).await;
            assert_eq!(outcome, ChangeOutcome::Stored);
        }
        assert_stored(&stores, tenant, update.customer()).await;
    }
}

/// A retry does not mistake the refused change for its own success.
pub async fn a_retried_refused_change_is_refused_again(stores: Stores) {
    let tenant = stores.tenant().await;
    let holder = stores.customer(tenant, creation(profile())).await;
    let customer = stores.customer(tenant, creation(profile())).await;
    let taken = edited(&customer, to_email(&holder.profile().email));
    for _ in 0..3 {
        let outcome = stores.update(tenant, &taken).await;
        assert_eq!(outcome, ChangeOutcome::Taken(holds_email(holder.id())));
    }
    let current = stores.updated(tenant, renamed(&customer)).await;
    let stale = renamed(&customer);
    for _ in 0..3 {
        let outcome = stores.update(tenant, &stale).await;
        assert_eq!(outcome, ChangeOutcome::VersionConflict);
    }
    assert_stored(&stores, tenant, &current).await;
}
