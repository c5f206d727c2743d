use customers_domain::{Customer, CustomerId};
use customers_ports::StoreError;
use thiserror::Error;
use tracing::instrument;

use crate::caller::Caller;
use crate::service::CustomerService;

/// Why no customer was read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GetCustomerError {
    /// The caller's tenant has no such customer; whether another has is not told.
    #[error("there is no such customer")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CustomerService {
    /// Reads a customer of the caller's tenant.
    ///
    /// # Errors
    /// When the tenant has no customer of that id, or the store fails.
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
