use std::time::Duration;

use chrono::TimeDelta;
use customers_domain::{
    Customer, CustomerState, CustomerStatus, InvalidTransition, Parse as _, RetentionPeriod,
    Version,
};
use customers_ports::{FoundCustomer, MockCustomerRepository};

use super::*;
use crate::fixtures::{
    NOW, caller, customer, customer_id, erased, other_customer_id, service, tenant_id,
};

const FIRST: ExpectedVersion = ExpectedVersion::Exactly(Version::FIRST);

fn closed() -> Customer {
    Customer::from_stored(CustomerState {
        status: CustomerStatus::Closed,
        ..customer().into_state()
    })
}

fn decision_id() -> DecisionId {
    DecisionId::parse("gdpr-17").unwrap()
}

/// A store that holds this customer and returns these decisions, one for each call.
fn holding(
    found: Option<FoundCustomer>,
    decisions: Vec<Option<RecordedDecision>>,
) -> MockCustomerRepository {
    let mut customers = MockCustomerRepository::new();
    let mut decisions = decisions.into_iter();
    customers
        .expect_find_decision()
        .returning(move |_, _| Ok(decisions.next().unwrap()));
    customers
        .expect_find()
        .withf(|tenant, id| (*tenant, *id) == (tenant_id(), customer_id()))
        .returning(move |_, _| Ok(found.clone()));
    customers
}

fn holding_closed(decisions: Vec<Option<RecordedDecision>>) -> MockCustomerRepository {
    holding(Some(FoundCustomer::Present(closed())), decisions)
}

async fn erase(
    customers: MockCustomerRepository,
    expected: ExpectedVersion,
    id: Option<DecisionId>,
) -> Result<ErasureReceipt, EraseCustomerError> {
    service(customers)
        .erase(caller(), customer_id(), expected, id)
        .await
}

const fn receipt(erased: ErasedCustomer, replayed: bool) -> ErasureReceipt {
    ErasureReceipt { erased, replayed }
}

#[tokio::test]
async fn an_erasure_is_stored_with_its_change() {
    let mut customers = holding_closed(vec![None]);
    customers
        .expect_erase()
        .once()
        .withf(|tenant, erasure| {
            let change = erasure.change();
            *tenant == tenant_id()
                && change.decision_id == Some(decision_id())
                && change.actor == caller().api_key_id
        })
        .return_once(|_, _| Ok(ErasureOutcome::Erased));
    let receipt = erase(customers, FIRST, Some(decision_id())).await.unwrap();
    assert!(!receipt.replayed);
    assert_eq!(receipt.erased.id, customer_id());
    assert_eq!(receipt.erased.version, Version::FIRST.next());
}

#[tokio::test]
async fn the_same_decision_id_replays_the_erasure_whatever_the_version() {
    let recorded = RecordedDecision::Erasure(erased());
    let remains = Some(FoundCustomer::Erased(erased()));
    let customers = holding(remains, vec![Some(recorded)]);
    let replayed = erase(customers, ExpectedVersion::Impossible, Some(decision_id())).await;
    assert_eq!(replayed, Ok(receipt(erased(), true)));
}

#[tokio::test]
async fn the_id_of_another_decision_is_refused() {
    let other = ErasedCustomer {
        id: other_customer_id(),
        ..erased()
    };
    for recorded in [
        RecordedDecision::Erasure(other),
        RecordedDecision::OfErased(erased()),
    ] {
        let refused = erase(
            holding_closed(vec![Some(recorded)]),
            FIRST,
            Some(decision_id()),
        )
        .await;
        assert_eq!(refused, Err(EraseCustomerError::DecisionIdReused));
    }
}

#[tokio::test]
async fn existence_goes_before_erasure_and_erasure_before_version() {
    let unknown = erase(holding(None, vec![]), ExpectedVersion::Impossible, None).await;
    assert_eq!(unknown, Err(EraseCustomerError::NotFound));
    let remains = Some(FoundCustomer::Erased(erased()));
    let again = erase(holding(remains, vec![]), ExpectedVersion::Impossible, None).await;
    assert_eq!(again, Err(EraseCustomerError::Erased(erased())));
    let active = Some(FoundCustomer::Present(customer()));
    let stale = erase(holding(active, vec![]), ExpectedVersion::Impossible, None).await;
    assert_eq!(stale, Err(EraseCustomerError::VersionMismatch));
}

#[tokio::test]
async fn the_aggregate_decides_by_status_and_retention_period() {
    let active = Some(FoundCustomer::Present(customer()));
    let refused = erase(holding(active, vec![]), FIRST, None).await;
    let invalid = InvalidTransition {
        from: customer().status(),
        verb: None,
    };
    let refusal = ErasureRefused::Invalid(invalid);
    assert_eq!(refused, Err(EraseCustomerError::Refused(refusal)));

    let day = RetentionPeriod::new(Duration::from_hours(24)).unwrap();
    let retained = service(holding_closed(vec![]))
        .retaining_for(day)
        .erase(caller(), customer_id(), FIRST, None)
        .await;
    let refusal = ErasureRefused::Retained {
        erasable_from: NOW + TimeDelta::days(1),
    };
    assert_eq!(retained, Err(EraseCustomerError::Refused(refusal)));
}

#[tokio::test]
async fn a_race_that_the_same_request_won_is_a_replay_and_any_other_is_reported() {
    let won = Some(RecordedDecision::Erasure(erased()));
    for (outcome, second, expected) in [
        (
            ErasureOutcome::AlreadyErased(erased()),
            won.clone(),
            Ok(receipt(erased(), true)),
        ),
        (
            ErasureOutcome::DecisionTaken,
            won,
            Ok(receipt(erased(), true)),
        ),
        (
            ErasureOutcome::AlreadyErased(erased()),
            None,
            Err(EraseCustomerError::Erased(erased())),
        ),
        (
            ErasureOutcome::DecisionTaken,
            None,
            Err(EraseCustomerError::DecisionIdReused),
        ),
        (
            ErasureOutcome::VersionConflict,
            None,
            Err(EraseCustomerError::VersionMismatch),
        ),
    ] {
        let mut customers = holding_closed(vec![None, second]);
        customers
            .expect_erase()
            .return_once(move |_, _| Ok(outcome));
        let ended = erase(customers, FIRST, Some(decision_id())).await;
        assert_eq!(ended, expected);
    }
}
