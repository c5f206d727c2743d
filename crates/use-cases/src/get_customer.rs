use customers_domain::{Customer, CustomerId, ErasedCustomer};
use customers_ports::{FoundCustomer, StoreError};
use thiserror::Error;
use tracing::instrument;

use crate::caller::Caller;
use crate::service::CustomerService;

/// Error of [`CustomerService::get`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GetCustomerError {
    /// The tenant has no such customer. Customers of other tenants are reported like this too.
    #[error("the customer does not exist")]
    NotFound,
    /// The customer was erased.
    #[error("the customer was erased")]
    Erased(ErasedCustomer),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CustomerService {
    /// Returns a customer of the tenant.
    ///
    /// # Errors
    /// Returns an error if the tenant has no customer with this id, if the customer was erased, or if the
    /// store fails.
    #[instrument(name = "get_customer", skip_all, fields(customer.id = %id))]
    pub async fn get(&self, caller: Caller, id: CustomerId) -> Result<Customer, GetCustomerError> {
        self.find(caller, id).await
    }

    /// Finds a customer for any use case.
    pub(crate) async fn find(
        &self,
        caller: Caller,
        id: CustomerId,
    ) -> Result<Customer, GetCustomerError> {
        match self.customers.find(caller.tenant_id, id).await? {
            Some(FoundCustomer::Present(customer)) => Ok(customer),
            Some(FoundCustomer::Erased(erased)) => Err(GetCustomerError::Erased(erased)),
            None => Err(GetCustomerError::NotFound),
        }
    }
}

#[cfg(test)]
mod tests;
