use std::collections::BTreeMap;

use chrono::TimeDelta;
use uuid::Uuid;

use super::*;
use crate::country::CountryCode;
use crate::fault::{Fault, Parse};
use crate::status::InvalidTransition;
use crate::text::{AddressLine, Locality};
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

fn created() -> (Customer, CustomerChange) {
    let policy = KycPolicy::verifying(&[CustomerType::Individual]);
    let id = CustomerId::from_uuid(Uuid::from_u128(1));
    Customer::create(id, profile().unwrap(), &policy, context(NOON))
}

fn in_status(status: CustomerStatus) -> Customer {
    let state = created().0.into_state();
    Customer::from_stored(CustomerState { status, ..state })
}

fn reason() -> Reason {
    Reason::parse("because").unwrap()
}

#[test]
fn a_new_customer_has_version_one_and_a_change_that_says_so() {
    let (customer, change) = created();
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
    for status in CustomerStatus::ALL {
        for verb in status.allowed_transitions() {
            let decision = DecisionId::parse("d-1").ok();
            let (moved, change) = in_status(status)
                .transition(verb, Some(reason()), decision.clone(), context(later))
                .unwrap();
            assert_eq!(moved.status(), verb.rule().to);
            assert_eq!(moved.version().number(), 2);
            assert_eq!(moved.state().status_reason, Some(reason()));
            assert_eq!(moved.state().updated_at, later);
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
    for status in CustomerStatus::ALL {
        let allowed: Vec<Verb> = status.allowed_transitions().collect();
        for verb in Verb::ALL.into_iter().filter(|verb| !allowed.contains(verb)) {
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
    for verb in Verb::ALL {
        let from = verb.rule().from[0];
        let outcome = in_status(from).transition(verb, None, None, context(NOON));
        if verb.rule().reason_required {
            assert_eq!(outcome, Err(TransitionRefused::ReasonMissing), "{verb:?}");
        } else {
            assert!(outcome.is_ok(), "{verb:?}");
        }
    }
}

#[test]
fn debug_output_of_a_customer_shows_nothing_personal() {
    let shown = format!("{:?}", created().0);
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
