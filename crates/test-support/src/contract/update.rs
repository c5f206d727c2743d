//! A change is stored with what tells of it, and of the current version alone.

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

/// An edit of each field, in the order of their documentation.
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

/// The store shows that customer, and changes as many as its version.
pub(super) async fn shows(stores: &Stores, tenant: TenantId, customer: &Customer) {
    let found = stores.find(tenant, customer.id()).await;
    assert!(found.as_ref() == Some(customer), "{found:?}\n{customer:?}");
    let changes = stores.changes(tenant, customer.id()).await;
    assert_eq!(changes.len(), version_as_count(customer));
}

fn version_as_count(customer: &Customer) -> usize {
    usize::try_from(customer.version().number()).expect("a small version")
}

/// Each field by itself; the others stay.
pub async fn an_edit_of_any_one_field_is_kept_with_its_change(stores: Stores) {
    let tenant = stores.tenant().await;
    let mut customer = stores.customer(tenant, creation(profile())).await;
    for patch in edits() {
        let update = edited(&customer, patch);
        customer = stores.updated(tenant, update.clone()).await;
        shows(&stores, tenant, &customer).await;
        let newest = stores.changes(tenant, customer.id()).await.swap_remove(0);
        assert_eq!(newest, *update.change());
    }
}

/// All fields in one edit, and its change names them all.
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
    shows(&stores, tenant, &after).await;
    let changes = stores.changes(tenant, after.id()).await;
    assert_eq!(&changes[0], update.change());
}

/// What is taken away is absent and not empty.
pub async fn what_is_optional_can_be_taken_away(stores: Stores) {
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
    shows(&stores, tenant, &after).await;
}

/// Neither an edit nor a decision that was made of what the customer no longer is.
pub async fn a_change_of_a_version_that_is_gone_is_a_conflict_and_stores_nothing(stores: Stores) {
    let tenant = stores.tenant().await;
    let first = stores.customer(tenant, creation(profile())).await;
    let current = stores.updated(tenant, renamed(&first)).await;
    for stale in [
        Change::from(renamed(&first)),
        decided(&first, Verb::Approve, None).into(),
    ] {
        let outcome = stores.update(tenant, &stale).await;
        assert_eq!(outcome, ChangeOutcome::VersionConflict);
        shows(&stores, tenant, &current).await;
    }
    let next = stores.updated(tenant, renamed(&current)).await;
    shows(&stores, tenant, &next).await;
}

/// No version is left out.
pub async fn a_change_of_a_version_that_is_not_reached_yet_is_a_conflict(stores: Stores) {
    let tenant = stores.tenant().await;
    let first = stores.customer(tenant, creation(profile())).await;
    let never_stored = renamed(&first).customer().clone();
    let outcome = stores.update(tenant, &renamed(&never_stored)).await;
    assert_eq!(outcome, ChangeOutcome::VersionConflict);
    shows(&stores, tenant, &first).await;
}

/// An update creates nobody.
pub async fn a_change_of_an_unknown_customer_is_a_version_conflict(stores: Stores) {
    let tenant = stores.tenant().await;
    for _ in 0..2 {
        let unknown = renamed(creation(profile()).customer());
        let outcome = stores.update(tenant, &unknown).await;
        assert_eq!(outcome, ChangeOutcome::VersionConflict);
        assert_eq!(stores.find(tenant, unknown.customer().id()).await, None);
        // The second time in a tenant that has customers.
        stores.created(tenant, &creation(profile())).await;
    }
}

/// It looks like an unknown one.
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
    shows(&stores, theirs, &customer).await;
}

/// Of whatever was changed before and after it.
pub async fn the_same_change_again_is_updated_and_stored_once(stores: Stores) {
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
        shows(&stores, tenant, update.customer()).await;
    }
}

/// A refusal is not an attempt that a later one could mistake for its own success.
pub async fn the_same_refused_change_again_is_refused_again(stores: Stores) {
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
    shows(&stores, tenant, &current).await;
}
