use std::collections::BTreeMap;

use chrono::TimeDelta;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::api_key::ApiKeyId;
use crate::billing_address::BillingAddress;
use crate::country::CountryCode;
use crate::customer_type::CustomerType;
use crate::email::EmailAddress;
use crate::external_id::ExternalId;
use crate::fault::{Fault, Parse};
use crate::ids::ChangeId;
use crate::metadata::{Metadata, MetadataPatch};
use crate::patch::{AddressPatch, Edit};
use crate::phone::PhoneNumber;
use crate::profile::CustomerField;
use crate::text::{AddressLine, Locality, PersonName};
use crate::zip_code::ZipCode;

const NOON: DateTime<Utc> = DateTime::UNIX_EPOCH;

fn profile() -> Result<Profile, Fault> {
    Ok(Profile {
        first_name: PersonName::parse("Ada")?,
        last_name: PersonName::parse("Byron")?,
        email: EmailAddress::parse("ada@example.com")?,
        phone: PhoneNumber::parse("+2348012345678")?,
        customer_type: CustomerType::Individual,
        billing_address: BillingAddress {
            line1: AddressLine::parse("123 Test Lane")?,
            line2: None,
            city: Locality::parse("Lagos")?,
            state: Locality::parse("Lagos")?,
            zip_code: ZipCode::parse("100001")?,
            country: CountryCode::parse("NG")?,
        },
        external_id: None,
        metadata: Metadata::from_stored(BTreeMap::new()),
    })
}

fn context(at: DateTime<Utc>) -> ChangeContext {
    ChangeContext {
        change_id: ChangeId::from_uuid(Uuid::from_u128(7)),
        actor: ApiKeyId::parse("0123456789abcdef").unwrap(),
        at,
    }
}

fn new_customer() -> NewCustomer {
    let policy = KycPolicy::verifying(&[CustomerType::Individual]);
    let id = CustomerId::from_uuid(Uuid::from_u128(1));
    Customer::create(id, profile().unwrap(), &policy, context(NOON))
}

fn created() -> Customer {
    new_customer().into_parts().0
}

fn in_status(status: CustomerStatus) -> Customer {
    let state = created().into_state();
    Customer::from_stored(CustomerState { status, ..state })
}

fn reason() -> Reason {
    Reason::parse("because").unwrap()
}

#[test]
fn a_new_customer_has_version_one_and_a_change_that_says_so() {
    let (customer, change) = new_customer().into_parts();
    assert_eq!(customer.status(), CustomerStatus::PendingKyc);
    assert_eq!(customer.version(), Version::FIRST);
    assert_eq!(change.action, Action::Create);
    assert_eq!((change.from, change.to), (None, CustomerStatus::PendingKyc));
    assert_eq!(
        (change.customer_id, change.version),
        (customer.id(), Version::FIRST)
    );
}

#[test]
fn every_legal_verb_moves_the_customer_and_raises_its_version() {
    let later = NOON + TimeDelta::hours(1);
    for &status in CustomerStatus::ALL {
        for verb in status.allowed_transitions() {
            let decision = DecisionId::parse("d-1").ok();
            let moved = in_status(status)
                .transition(verb, Some(reason()), decision.clone(), context(later))
                .unwrap();
            assert_eq!(moved.verb(), verb);
            let (moved, change) = moved.into_parts();
            assert_eq!(moved.status(), verb.rule().to);
            assert_eq!(moved.version().number(), 2);
            assert_eq!(moved.state().status_reason, Some(reason()));
            assert_eq!(moved.state().updated_at, later);
            assert_eq!(moved.state().status_since, later);
            assert_eq!(moved.state().created_at, NOON);
            assert_eq!((change.from, change.to), (Some(status), verb.rule().to));
            assert_eq!(
                (change.reason, change.decision_id),
                (Some(reason()), decision)
            );
            assert_eq!(change.version, moved.version());
        }
    }
}

#[test]
fn every_illegal_verb_is_refused() {
    for &status in CustomerStatus::ALL {
        let allowed: Vec<Verb> = status.allowed_transitions().collect();
        for verb in Verb::ALL
            .iter()
            .copied()
            .filter(|verb| !allowed.contains(verb))
        {
            let refused = in_status(status).transition(verb, Some(reason()), None, context(NOON));
            let why = InvalidTransition {
                from: status,
                verb: Some(verb),
            };
            assert_eq!(refused, Err(TransitionRefused::Invalid(why)));
        }
    }
}

#[test]
fn closing_a_closed_customer_is_refused() {
    let refused = in_status(CustomerStatus::Closed).transition(
        Verb::Close,
        Some(reason()),
        None,
        context(NOON),
    );
    assert!(matches!(refused, Err(TransitionRefused::Invalid(_))));
}

#[test]
fn a_verb_that_needs_a_reason_is_refused_without_one() {
    for &verb in Verb::ALL {
        let from = verb.rule().from[0];
        let outcome = in_status(from).transition(verb, None, None, context(NOON));
        if verb.rule().reason_required {
            assert_eq!(outcome, Err(TransitionRefused::ReasonMissing), "{verb:?}");
        } else {
            assert!(outcome.is_ok(), "{verb:?}");
        }
    }
}

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
fn an_edit_names_the_fields_that_differ_and_raises_the_version() {
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
fn an_edit_of_everything_changes_every_field_in_order() {
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
fn an_edit_that_says_nothing_new_changes_nothing() {
    let patch = ProfilePatch {
        first_name: PersonName::parse("Ada").ok(),
        external_id: Edit::Remove,
        metadata: metadata_patch(&[("unknown", None)]),
        ..ProfilePatch::default()
    };
    assert_eq!(updated(created(), patch), Ok(Edited::Unchanged(created())));
}

#[test]
fn metadata_is_merged_member_by_member_and_its_limits_hold_after_the_merge() {
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
fn an_edit_leaves_the_reason_of_the_last_verb() {
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

#[test]
fn debug_output_of_a_customer_shows_nothing_personal() {
    let shown = format!("{:?}", created());
    for planted in [
        "Ada",
        "Byron",
        "ada@",
        "801234",
        "Test Lane",
        "Lagos",
        "100001",
    ] {
        assert!(!shown.contains(planted), "{planted}");
    }
}

/// Microseconds from noon at which the clock stands, and what is done then.
fn life() -> impl Strategy<Value = Vec<(i64, Option<usize>)>> {
    let step = (
        -2_000_000..2_000_000_i64,
        proptest::option::of(0..100_usize),
    );
    proptest::collection::vec(step, 1..20)
}

proptest! {
    /// Two copies of the program have clocks that differ, and a clock may be set back.
    #[test]
    fn time_never_runs_backwards_whatever_the_clock_says(life in life()) {
        let mut customer = created();
        for (number, (offset, verb)) in life.into_iter().enumerate() {
            let now = NOON + TimeDelta::microseconds(offset);
            let last = customer.state().updated_at;
            let verbs: Vec<Verb> = customer.status().allowed_transitions().collect();
            let changed = match verb.filter(|_| !verbs.is_empty()) {
                Some(verb) => customer
                    .clone()
                    .transition(verbs[verb % verbs.len()], Some(reason()), None, context(now))
                    .ok()
                    .map(CustomerDecision::into_parts),
                None => match customer.clone().update(renamed(number), context(now)) {
                    Ok(Edited::Changed(edit)) => Some(edit.into_parts()),
                    Ok(Edited::Unchanged(_)) | Err(_) => None,
                },
            };
            let Some((after, change)) = changed else { continue };
            let expected = now.max(last + TimeDelta::microseconds(1));
            prop_assert_eq!((after.state().updated_at, change.at), (expected, expected));
            customer = after;
        }
    }
}

fn renamed(number: usize) -> ProfilePatch {
    ProfilePatch {
        first_name: PersonName::parse(&format!("Ada {number}")).ok(),
        ..ProfilePatch::default()
    }
}
