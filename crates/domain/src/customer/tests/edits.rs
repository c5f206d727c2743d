use super::*;
use crate::external_id::ExternalId;
use crate::metadata::MetadataPatch;
use crate::patch::{AddressPatch, Edit};
use crate::profile::CustomerField;

fn updated(customer: Customer, patch: ProfilePatch) -> Result<Edited, UpdateRefused> {
    customer.update(patch, context(NOON + TimeDelta::hours(1)))
}

fn changed(customer: Customer, patch: ProfilePatch) -> (Customer, CustomerChange) {
    match updated(customer, patch) {
        Ok(Edited::Changed(edit)) => edit.into_parts(),
        other => panic!("{other:?}"),
    }
}

fn metadata_patch(members: &[(&str, Option<&str>)]) -> Edit<MetadataPatch> {
    let members = members
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned)));
    Edit::Set(MetadataPatch::parse(members.collect()).unwrap())
}

#[test]
fn an_edit_lists_the_changed_fields_and_increases_the_version() {
    let patch = ProfilePatch {
        first_name: Some(PersonName::parse("Ada").unwrap()),
        email: EmailAddress::parse("countess@example.com").ok(),
        billing_address: AddressPatch {
            line2: Edit::Set(AddressLine::parse("Suite 456").unwrap()),
            city: Locality::parse("Abuja").ok(),
            ..AddressPatch::default()
        },
        metadata: metadata_patch(&[("segment", Some("retail"))]),
        ..ProfilePatch::default()
    };
    let (customer, change) = changed(created(), patch);
    let fields = [
        CustomerField::Email,
        CustomerField::Line2,
        CustomerField::City,
        CustomerField::Metadata,
    ];
    assert_eq!(change.changed_fields, fields);
    assert_eq!(
        (change.action, change.version.number()),
        (Action::Update, 2)
    );
    assert_eq!(change.from, Some(change.to));
    assert_eq!(customer.profile().email.expose(), "countess@example.com");
    assert_eq!(customer.profile().first_name.expose(), "Ada");
    assert_eq!(customer.state().updated_at, NOON + TimeDelta::hours(1));
    assert_eq!(customer.state().status_since, NOON);
}

#[test]
fn an_edit_of_every_field_lists_them_in_order() {
    let patch = ProfilePatch {
        first_name: PersonName::parse("Augusta").ok(),
        last_name: PersonName::parse("King").ok(),
        email: EmailAddress::parse("augusta@example.com").ok(),
        phone: PhoneNumber::parse("+442079460958").ok(),
        billing_address: AddressPatch {
            line1: AddressLine::parse("1 Other Lane").ok(),
            line2: Edit::Set(AddressLine::parse("Suite 456").unwrap()),
            city: Locality::parse("Abuja").ok(),
            state: Locality::parse("FCT").ok(),
            zip_code: ZipCode::parse("900001").ok(),
            country: CountryCode::parse("GB").ok(),
        },
        external_id: Edit::Set(ExternalId::parse("crm-1").unwrap()),
        metadata: metadata_patch(&[("segment", Some("retail"))]),
    };
    let (_, change) = changed(created(), patch);
    assert_eq!(change.changed_fields, CustomerField::ALL);
}

#[test]
fn an_edit_without_new_values_changes_nothing() {
    let patch = ProfilePatch {
        first_name: PersonName::parse("Ada").ok(),
        external_id: Edit::Remove,
        metadata: metadata_patch(&[("unknown", None)]),
        ..ProfilePatch::default()
    };
    assert_eq!(updated(created(), patch), Ok(Edited::Unchanged(created())));
}

#[test]
fn metadata_is_merged_by_member_and_its_limits_apply_after_the_merge() {
    let mut state = created().into_state();
    let members = (0..50)
        .map(|n| (format!("n{n}"), String::from("v")))
        .collect();
    state.profile.metadata = Metadata::from_stored(members);
    let full = Customer::from_stored(state);
    let patch = |members| ProfilePatch {
        metadata: metadata_patch(members),
        ..ProfilePatch::default()
    };
    let one_more = updated(full.clone(), patch(&[("more", Some("v"))]));
    assert_eq!(
        one_more,
        Err(UpdateRefused::Metadata(InvalidMetadata::Whole))
    );
    let swapped = updated(full.clone(), patch(&[("more", Some("v")), ("n0", None)]));
    assert!(matches!(swapped, Ok(Edited::Changed(_))));
    let removed = ProfilePatch {
        metadata: Edit::Remove,
        ..ProfilePatch::default()
    };
    let (customer, _) = changed(full, removed);
    assert_eq!(customer.profile().metadata, Metadata::default());
}

#[test]
fn a_rejected_or_closed_customer_refuses_any_edit_even_an_empty_one() {
    for &status in CustomerStatus::ALL {
        let outcome = updated(in_status(status), ProfilePatch::default());
        if matches!(status, CustomerStatus::Rejected | CustomerStatus::Closed) {
            let frozen = InvalidTransition {
                from: status,
                verb: None,
            };
            assert_eq!(outcome, Err(UpdateRefused::Frozen(frozen)));
        } else {
            assert_eq!(outcome, Ok(Edited::Unchanged(in_status(status))));
        }
    }
}

#[test]
fn an_edit_keeps_the_reason_of_the_last_verb() {
    let state = CustomerState {
        status_reason: Some(reason()),
        ..in_status(CustomerStatus::Active).into_state()
    };
    let patch = ProfilePatch {
        first_name: PersonName::parse("Augusta").ok(),
        ..ProfilePatch::default()
    };
    let (customer, _) = changed(Customer::from_stored(state), patch);
    assert_eq!(customer.state().status_reason, Some(reason()));
}
