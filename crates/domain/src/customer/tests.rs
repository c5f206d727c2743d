mod edits;
mod transitions;

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
use crate::fault::{Fault, Parse};
use crate::ids::ChangeId;
use crate::metadata::Metadata;
use crate::phone::PhoneNumber;
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
fn a_new_customer_has_version_one_and_a_change_for_it() {
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
fn debug_output_of_a_customer_contains_no_personal_data() {
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

/// Returns offsets of the clock from noon in microseconds, with an operation at each.
fn life() -> impl Strategy<Value = Vec<(i64, Option<usize>)>> {
    let step = (
        -2_000_000..2_000_000_i64,
        proptest::option::of(0..100_usize),
    );
    proptest::collection::vec(step, 1..20)
}

proptest! {
    /// The clocks of two copies of the program may differ, and a clock may be set back.
    #[test]
    fn times_of_changes_always_increase(life in life()) {
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
