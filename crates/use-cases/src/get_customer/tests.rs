use customers_ports::MockCustomerRepository;

use super::*;
use crate::fixtures::{caller, customer, customer_id, erased, service, tenant_id};

async fn found(
    result: Result<Option<FoundCustomer>, StoreError>,
) -> Result<Customer, GetCustomerError> {
    let mut customers = MockCustomerRepository::new();
    customers
        .expect_find()
        .once()
        .withf(|tenant, id| (*tenant, *id) == (tenant_id(), customer_id()))
        .return_once(move |_, _| result);
    service(customers).get(caller(), customer_id()).await
}

#[tokio::test]
async fn a_customer_is_looked_up_only_in_the_tenant_of_the_key() {
    let present = FoundCustomer::Present(customer());
    assert_eq!(found(Ok(Some(present))).await, Ok(customer()));
    assert_eq!(found(Ok(None)).await, Err(GetCustomerError::NotFound));
}

#[tokio::test]
async fn an_erased_customer_is_reported_with_what_remains() {
    let remains = FoundCustomer::Erased(erased());
    assert_eq!(
        found(Ok(Some(remains))).await,
        Err(GetCustomerError::Erased(erased()))
    );
}

#[tokio::test]
async fn a_failing_store_is_reported_as_such() {
    let failure = StoreError::unavailable("gone");
    assert_eq!(
        found(Err(failure.clone())).await,
        Err(GetCustomerError::Store(failure))
    );
}
