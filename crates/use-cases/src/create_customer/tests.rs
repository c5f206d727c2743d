use customers_domain::{Action, CustomerStatus, Version};
use customers_ports::{MockCustomerRepository, UniqueField};

use super::*;
use crate::fixtures::{NOW, caller, customer_id, profile, service, tenant_id};

/// Returns a service whose store responds to one create with this outcome.
fn service_with_outcome(outcome: Result<CreateOutcome, StoreError>) -> CustomerService {
    let mut customers = MockCustomerRepository::new();
    customers
        .expect_create()
        .once()
        .return_once(move |_, _| outcome);
    service(customers)
}

fn receipt() -> Receipt {
    Receipt {
        id: customer_id(),
        status: CustomerStatus::PendingKyc,
        created_at: NOW,
    }
}

fn conflict() -> Conflict {
    Conflict {
        field: UniqueField::Email,
        holder: customer_id(),
    }
}

#[tokio::test]
async fn the_customer_its_change_and_the_claim_are_stored_in_one_call() {
    let key = IdempotencyKey::parse(b"k-1").unwrap();
    let claim = key.claim("POST /customers", b"body");
    let mut customers = MockCustomerRepository::new();
    customers
        .expect_create()
        .once()
        .withf(move |tenant, creation| {
            let state = creation.customer().state();
            *tenant == tenant_id()
                && (state.id, state.version) == (customer_id(), Version::FIRST)
                && (state.created_at, state.updated_at) == (NOW, NOW)
                && creation.change().action == Action::Create
                && creation.change().actor == caller().api_key_id
                && creation.claim == Some(claim)
        })
        .return_once(|_, _| Ok(CreateOutcome::Created));
    let request = RepeatableRequest {
        key: &key,
        canonical_body: b"body",
    };
    let created = service(customers)
        .create(caller(), profile(), Some(request))
        .await;
    let expected = CreatedCustomer {
        receipt: receipt(),
        replayed: false,
    };
    assert_eq!(created, Ok(expected));
}

#[tokio::test]
async fn a_request_without_a_key_has_no_claim() {
    let mut customers = MockCustomerRepository::new();
    customers
        .expect_create()
        .withf(|_, creation| creation.claim.is_none())
        .return_once(|_, _| Ok(CreateOutcome::Created));
    assert!(
        service(customers)
            .create(caller(), profile(), None)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_replay_returns_the_result_of_the_first_request() {
    let first = Receipt {
        status: CustomerStatus::Active,
        ..receipt()
    };
    let replayed = service_with_outcome(Ok(CreateOutcome::Replayed(FirstAnswer::Created(first))));
    let created = CreatedCustomer {
        receipt: first,
        replayed: true,
    };
    assert_eq!(
        replayed.create(caller(), profile(), None).await,
        Ok(created)
    );
}

#[tokio::test]
async fn every_other_outcome_is_its_own_error() {
    let conflict = conflict();
    let failure = StoreError::unavailable("gone");
    for (outcome, error) in [
        (
            Ok(CreateOutcome::Taken(conflict)),
            CreateCustomerError::Taken {
                conflict,
                replayed: false,
            },
        ),
        (
            Ok(CreateOutcome::Replayed(FirstAnswer::Taken(conflict))),
            CreateCustomerError::Taken {
                conflict,
                replayed: true,
            },
        ),
        (Ok(CreateOutcome::KeyReused), CreateCustomerError::KeyReused),
        (
            Ok(CreateOutcome::KeyInProgress),
            CreateCustomerError::KeyInProgress,
        ),
        (Err(failure.clone()), CreateCustomerError::Store(failure)),
    ] {
        let answer = service_with_outcome(outcome)
            .create(caller(), profile(), None)
            .await;
        assert_eq!(answer, Err(error));
    }
}
