use customers_domain::{Customer, CustomerId};
use customers_ports::StoreError;
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
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CustomerService {
    /// Returns a customer of the tenant.
    ///
    /// # Errors
    /// Returns an error if the tenant has no customer with this id, or if the store fails.
    #[instrument(name = "get_customer", skip_all, fields(customer.id = %id))]
    pub async fn get(&self, caller: Caller, id: CustomerId) -> Result<Customer, GetCustomerError> {
        self.customers
            .find(caller.tenant_id, id)
            .await?
            .ok_or(GetCustomerError::NotFound)
    }
}

#[cfg(test)]
mod tests;
