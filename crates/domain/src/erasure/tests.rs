use std::collections::BTreeMap;

use uuid::Uuid;

use super::*;
use crate::api_key::ApiKeyId;
use crate::billing_address::BillingAddress;
use crate::country::CountryCode;
use crate::customer::CustomerState;
use crate::customer_type::CustomerType;
use crate::email::EmailAddress;
use crate::fault::Parse as _;
use crate::ids::ChangeId;
use crate::metadata::Metadata;
use crate::phone::PhoneNumber;
use crate::profile::Profile;
use crate::status::CustomerStatus;
use crate::text::{AddressLine, Locality, PersonName, Reason};
use crate::zip_code::ZipCode;

/// Time of the last change of status.
const SINCE: DateTime<Utc> = DateTime::UNIX_EPOCH;

fn customer(status: CustomerStatus) -> Customer {
    Customer::from_stored(CustomerState {
        id: CustomerId::from_uuid(Uuid::from_u128(1)),
        profile: Profile {
            first_name: PersonName::parse("Ada").unwrap(),
            last_name: PersonName::parse("Byron").unwrap(),
            email: EmailAddress::parse("ada@example.com").unwrap(),
            phone: PhoneNumber::parse("+2348012345678").unwrap(),
            customer_type: CustomerType::Individual,
            billing_address: BillingAddress {
                line1: AddressLine::parse("123 Test Lane").unwrap(),
                line2: None,
                city: Locality::parse("Lagos").unwrap(),
                state: Locality::parse("Lagos").unwrap(),
                zip_code: ZipCode::parse("100001").unwrap(),
                country: CountryCode::parse("NG").unwrap(),
            },
            external_id: None,
            metadata: Metadata::from_stored(BTreeMap::new()),
        },
        status,
        status_reason: Reason::parse("because").ok(),
        status_since: SINCE,
        version: Version::from_number(3).unwrap(),
        created_at: SINCE,
        updated_at: SINCE,
    })
}

fn context(at: DateTime<Utc>) -> ChangeContext {
    ChangeContext {
        change_id: ChangeId::from_uuid(Uuid::from_u128(7)),
        actor: ApiKeyId::parse("0123456789abcdef").unwrap(),
        at,
    }
}

fn day() -> RetentionPeriod {
    RetentionPeriod::new(Duration::from_hours(24)).unwrap()
}

#[test]
fn only_rejected_and_closed_customers_may_be_erased() {
    let at = SINCE + TimeDelta::days(2);
    for &status in CustomerStatus::ALL {
        let erased = customer(status).erase(RetentionPeriod::NONE, None, context(at));
        if matches!(status, CustomerStatus::Rejected | CustomerStatus::Closed) {
            assert!(erased.is_ok(), "{status:?}");
        } else {
            let invalid = InvalidTransition {
                from: status,
                verb: None,
            };
            assert_eq!(erased, Err(ErasureRefused::Invalid(invalid)));
        }
    }
}

#[test]
fn an_erasure_makes_the_next_version_and_records_nothing_personal() {
    let at = SINCE + TimeDelta::days(2);
    let decision_id = DecisionId::parse("gdpr-17").unwrap();
    let erasure = customer(CustomerStatus::Closed)
        .erase(day(), Some(decision_id.clone()), context(at))
        .unwrap();
    let version = Version::from_number(4).unwrap();
    let erased = ErasedCustomer {
        id: CustomerId::from_uuid(Uuid::from_u128(1)),
        version,
        erased_at: at,
    };
    let change = CustomerChange {
        id: ChangeId::from_uuid(Uuid::from_u128(7)),
        customer_id: erased.id,
        version,
        action: Action::Erase,
        from: Some(CustomerStatus::Closed),
        to: CustomerStatus::Closed,
        changed_fields: Vec::new(),
        reason: None,
        decision_id: Some(decision_id),
        actor: context(at).actor,
        at,
    };
    assert_eq!(erasure.into_parts(), (erased, change));
}

#[test]
fn a_customer_is_kept_until_the_retention_period_ends() {
    let ends = SINCE + TimeDelta::days(1);
    let erase = |at| customer(CustomerStatus::Rejected).erase(day(), None, context(at));
    let early = erase(ends - TimeDelta::microseconds(1));
    let retained = ErasureRefused::Retained {
        erasable_from: ends,
    };
    assert_eq!(early, Err(retained));
    assert!(erase(ends).is_ok());
}

#[test]
fn the_status_is_checked_before_the_retention_period() {
    let refused = customer(CustomerStatus::Active).erase(day(), None, context(SINCE));
    assert!(matches!(refused, Err(ErasureRefused::Invalid(_))));
}

#[test]
fn an_erasure_is_later_than_the_last_change_whatever_the_clock_says() {
    let at = SINCE - TimeDelta::hours(1);
    let erasure = customer(CustomerStatus::Closed).erase(RetentionPeriod::NONE, None, context(at));
    let erased = erasure.unwrap().erased();
    assert_eq!(erased.erased_at, SINCE + TimeDelta::microseconds(1));
}

#[test]
fn a_retention_period_is_at_most_a_hundred_years() {
    let day = Duration::from_hours(24);
    let longest = day * u32::try_from(RetentionPeriod::MAX_DAYS).unwrap();
    assert!(RetentionPeriod::new(longest).is_some());
    assert_eq!(
        RetentionPeriod::new(longest + Duration::from_millis(1)),
        None
    );
    assert_eq!(RetentionPeriod::new(Duration::MAX), None);
    assert_eq!(
        RetentionPeriod::new(Duration::ZERO),
        Some(RetentionPeriod::NONE)
    );
}
