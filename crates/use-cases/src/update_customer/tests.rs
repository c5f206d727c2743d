use customers_domain::{
    CustomerField, CustomerState, CustomerStatus, Parse as _, PersonName, Version,
};
use customers_ports::{FoundCustomer, MockCustomerRepository, UniqueField};

use super::*;
use crate::fixtures::{caller, customer, customer_id, erased, service, tenant_id};

const FIRST: ExpectedVersion = ExpectedVersion::Exactly(Version::FIRST);

fn renaming() -> ProfilePatch {
    ProfilePatch {
        first_name: PersonName::parse("Augusta").ok(),
        ..ProfilePatch::default()
    }
}

fn conflict() -> Conflict {
    Conflict {
        field: UniqueField::Email,
        holder: customer_id(),
    }
}

/// Returns a store with this customer.
fn store_with(customer: Option<Customer>) -> MockCustomerRepository {
    let mut customers = MockCustomerRepository::new();
    customers
        .expect_find()
        .withf(|tenant, id| (*tenant, *id) == (tenant_id(), customer_id()))
        .return_once(move |_, _| Ok(customer.map(FoundCustomer::Present)));
    customers
}

async fn update(
    customers: MockCustomerRepository,
    expected: ExpectedVersion,
    patch: ProfilePatch,
) -> Result<Customer, UpdateCustomerError> {
    service(customers)
        .update(caller(), customer_id(), expected, patch)
        .await
}

#[tokio::test]
async fn an_edit_is_stored_with_its_change_and_returns_the_new_customer() {
    let mut customers = store_with(Some(customer()));
    customers
        .expect_update()
        .once()
        .withf(|tenant, edit| {
            *tenant == tenant_id()
                && edit.customer().version() == Version::FIRST.next()
                && edit.change().changed_fields == [CustomerField::FirstName]
                && edit.change().actor == caller().api_key_id
        })
        .return_once(|_, _| Ok(EditOutcome::Updated));
    let edited = update(customers, FIRST, renaming()).await.unwrap();
    assert_eq!(edited.profile().first_name.expose(), "Augusta");
}

#[tokio::test]
async fn an_edit_that_changes_nothing_stores_nothing() {
    let unchanged = update(store_with(Some(customer())), FIRST, ProfilePatch::default()).await;
    assert_eq!(unchanged, Ok(customer()));
}

#[tokio::test]
async fn existence_is_checked_before_the_version_and_the_version_before_the_status() {
    let closed = Customer::from_stored(CustomerState {
        status: CustomerStatus::Closed,
        ..customer().into_state()
    });
    let stale = ExpectedVersion::Exactly(Version::FIRST.next());
    for (held, expected, error) in [
        (
            None,
            ExpectedVersion::Impossible,
            UpdateCustomerError::NotFound,
        ),
        (
            Some(closed.clone()),
            stale,
            UpdateCustomerError::VersionMismatch,
        ),
        (
            Some(closed.clone()),
            ExpectedVersion::Impossible,
            UpdateCustomerError::VersionMismatch,
        ),
    ] {
        assert_eq!(
            update(store_with(held), expected, renaming()).await,
            Err(error)
        );
    }
    let frozen = update(store_with(Some(closed)), FIRST, renaming()).await;
    assert!(matches!(frozen, Err(UpdateCustomerError::Frozen(_))));
}

#[tokio::test]
async fn refusals_of_the_store_are_returned() {
    for (outcome, error) in [
        (
            EditOutcome::VersionConflict,
            UpdateCustomerError::VersionMismatch,
        ),
        (
            EditOutcome::Erased(erased()),
            UpdateCustomerError::Erased(erased()),
        ),
        (
            EditOutcome::Taken(conflict()),
            UpdateCustomerError::Taken(conflict()),
        ),
    ] {
        let mut customers = store_with(Some(customer()));
        customers
            .expect_update()
            .return_once(move |_, _| Ok(outcome));
        assert_eq!(update(customers, FIRST, renaming()).await, Err(error));
    }
}

#[tokio::test]
async fn a_check_looks_up_holders_of_unique_values_and_stores_nothing() {
    for (holder, answer) in [
        (None, Ok(())),
        (
            Some(conflict()),
            Err(UpdateCustomerError::Taken(conflict())),
        ),
    ] {
        let mut customers = store_with(Some(customer()));
        customers
            .expect_find_holder()
            .once()
            .return_once(move |_, _| Ok(holder));
        let checked = service(customers)
            .check_update(caller(), customer_id(), FIRST, renaming())
            .await;
        assert_eq!(checked, answer);
    }
}
