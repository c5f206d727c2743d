use customers_domain::{CustomerStatus, Parse as _, Version};
use customers_ports::{FoundCustomer, MockCustomerRepository};

use super::*;
use crate::fixtures::{caller, customer, customer_id, erased, other_customer_id, service};

const FIRST: ExpectedVersion = ExpectedVersion::Exactly(Version::FIRST);

fn approval() -> Decision {
    Decision {
        verb: Verb::Approve,
        reason: Reason::parse("documents seen").ok(),
        id: DecisionId::parse("d-1").ok(),
    }
}

fn recorded(verb: Verb, reason: Option<Reason>) -> RecordedDecision {
    RecordedDecision::Made(MadeDecision {
        verb,
        reason,
        customer: customer(),
    })
}

/// Returns a store with the customer. Each lookup of a decision returns the next of `decisions`.
fn store_with(decisions: Vec<Option<RecordedDecision>>) -> MockCustomerRepository {
    let mut customers = MockCustomerRepository::new();
    let mut decisions = decisions.into_iter();
    customers
        .expect_find_decision()
        .returning(move |_, _| Ok(decisions.next().unwrap()));
    customers
        .expect_find()
        .returning(|_, _| Ok(Some(FoundCustomer::Present(customer()))));
    customers
}

async fn decide(
    customers: MockCustomerRepository,
    expected: ExpectedVersion,
    decision: Decision,
) -> Result<DecidedCustomer, TransitionCustomerError> {
    service(customers)
        .transition(caller(), customer_id(), expected, decision)
        .await
}

#[tokio::test]
async fn a_decision_is_stored_with_its_change() {
    let mut customers = store_with(vec![None]);
    customers
        .expect_decide()
        .once()
        .withf(|_, decision| {
            let change = decision.change();
            change.decision_id == approval().id && change.reason == approval().reason
        })
        .return_once(|_, _| Ok(DecisionOutcome::Decided));
    let decided = decide(customers, FIRST, approval()).await.unwrap();
    assert_eq!(decided.customer.status(), CustomerStatus::Active);
    assert!(!decided.replayed);
}

#[tokio::test]
async fn an_earlier_decision_is_replayed_for_any_version() {
    let first = recorded(Verb::Approve, approval().reason);
    let decided = decide(
        store_with(vec![Some(first)]),
        ExpectedVersion::Impossible,
        approval(),
    )
    .await;
    let replayed = DecidedCustomer {
        customer: customer(),
        replayed: true,
    };
    assert_eq!(decided, Ok(replayed));
}

#[tokio::test]
async fn the_id_of_another_decision_is_refused() {
    for other in [
        recorded(Verb::Close, approval().reason),
        recorded(Verb::Approve, None),
    ] {
        let decided = decide(store_with(vec![Some(other)]), FIRST, approval()).await;
        assert_eq!(decided, Err(TransitionCustomerError::DecisionIdReused));
    }
}

#[tokio::test]
async fn a_decision_of_before_the_erasure_is_reported_as_erased_and_another_as_reused() {
    let other = ErasedCustomer {
        id: other_customer_id(),
        ..erased()
    };
    for (recorded, error) in [
        (
            RecordedDecision::OfErased(erased()),
            TransitionCustomerError::Erased(erased()),
        ),
        (
            RecordedDecision::OfErased(other),
            TransitionCustomerError::DecisionIdReused,
        ),
        (
            RecordedDecision::Erasure(erased()),
            TransitionCustomerError::DecisionIdReused,
        ),
    ] {
        let decided = decide(store_with(vec![Some(recorded)]), FIRST, approval()).await;
        assert_eq!(decided, Err(error));
    }
}

#[tokio::test]
async fn a_decision_that_an_erasure_came_before_is_reported_as_erased() {
    let mut customers = store_with(vec![None]);
    customers
        .expect_decide()
        .return_once(|_, _| Ok(DecisionOutcome::Erased(erased())));
    let decided = decide(customers, FIRST, approval()).await;
    assert_eq!(decided, Err(TransitionCustomerError::Erased(erased())));
}

#[tokio::test]
async fn a_concurrent_retry_is_a_replay_and_another_concurrent_change_a_mismatch() {
    for outcome in [
        DecisionOutcome::VersionConflict,
        DecisionOutcome::DecisionTaken,
    ] {
        for won_by_itself in [true, false] {
            let second = won_by_itself.then(|| recorded(Verb::Approve, approval().reason));
            let mut customers = store_with(vec![None, second]);
            customers
                .expect_decide()
                .return_once(move |_, _| Ok(outcome));
            let decided = decide(customers, FIRST, approval()).await;
            if won_by_itself {
                assert!(decided.unwrap().replayed);
            } else {
                assert_eq!(decided, Err(TransitionCustomerError::VersionMismatch));
            }
        }
    }
}

#[tokio::test]
async fn the_version_is_checked_before_the_status_and_the_aggregate_checks_the_status() {
    let reinstate = || Decision {
        verb: Verb::Reinstate,
        reason: approval().reason,
        id: None,
    };
    let stale = decide(store_with(vec![]), ExpectedVersion::Impossible, reinstate()).await;
    assert_eq!(stale, Err(TransitionCustomerError::VersionMismatch));
    let refused = decide(store_with(vec![]), FIRST, reinstate()).await;
    let invalid = InvalidTransition {
        from: CustomerStatus::PendingKyc,
        verb: Some(Verb::Reinstate),
    };
    assert_eq!(refused, Err(TransitionCustomerError::from(invalid)));
}
