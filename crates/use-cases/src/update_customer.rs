use customers_domain::{
    Customer, CustomerId, Edited, ErasedCustomer, InvalidMetadata, InvalidTransition, ProfilePatch,
    UpdateRefused,
};
use customers_ports::{Conflict, EditOutcome, StoreError};
use thiserror::Error;
use tracing::instrument;

use crate::caller::Caller;
use crate::expected_version::ExpectedVersion;
use crate::get_customer::GetCustomerError;
use crate::service::CustomerService;

/// Reason why a customer was not edited.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UpdateCustomerError {
    /// The tenant has no such customer.
    #[error("the customer does not exist")]
    NotFound,
    /// The customer was erased.
    #[error("the customer was erased")]
    Erased(ErasedCustomer),
    /// The customer has another version than the client expects.
    #[error("the customer has another version")]
    VersionMismatch,
    /// The customer is rejected or closed.
    #[error(transparent)]
    Frozen(#[from] InvalidTransition),
    /// The edited metadata exceeds its limits.
    #[error("metadata would exceed its limits")]
    Metadata(InvalidMetadata),
    /// Another customer holds the new email or external id.
    #[error("another customer of this tenant holds the {}", .0.field.as_str())]
    Taken(Conflict),
    /// The store failed. The edit may have been stored nevertheless.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<GetCustomerError> for UpdateCustomerError {
    fn from(error: GetCustomerError) -> Self {
        match error {
            GetCustomerError::NotFound => Self::NotFound,
            GetCustomerError::Erased(erased) => Self::Erased(erased),
            GetCustomerError::Store(error) => Self::Store(error),
        }
    }
}

impl From<UpdateRefused> for UpdateCustomerError {
    fn from(refused: UpdateRefused) -> Self {
        match refused {
            UpdateRefused::Frozen(invalid) => Self::Frozen(invalid),
            UpdateRefused::Metadata(fault) => Self::Metadata(fault),
        }
    }
}

impl CustomerService {
    /// Edits a customer of the caller's tenant, and returns its new state.
    ///
    /// # Errors
    /// Returns an error if there is no such customer it was erased or it has another version, if its status or the limits of metadata
    /// forbid the edit, if another customer holds a unique value, or if the store fails.
    #[instrument(name = "update_customer", skip_all, fields(customer.id = %id))]
    pub async fn update(
        &self,
        caller: Caller,
        id: CustomerId,
        expected: ExpectedVersion,
        patch: ProfilePatch,
    ) -> Result<Customer, UpdateCustomerError> {
        let edit = match self.edit(caller, id, expected, patch).await? {
            Edited::Changed(edit) => edit,
            Edited::Unchanged(customer) => return Ok(customer),
        };
        let customer = edit.customer().clone();
        match self.customers.update(caller.tenant_id, edit).await? {
            EditOutcome::Updated => Ok(customer),
            EditOutcome::VersionConflict => Err(UpdateCustomerError::VersionMismatch),
            EditOutcome::Erased(erased) => Err(UpdateCustomerError::Erased(erased)),
            EditOutcome::Taken(conflict) => Err(UpdateCustomerError::Taken(conflict)),
        }
    }

    /// Checks whether [`Self::update`] would succeed now. Changes nothing.
    ///
    /// # Errors
    /// As [`Self::update`].
    #[instrument(name = "check_update_customer", skip_all, fields(customer.id = %id))]
    pub async fn check_update(
        &self,
        caller: Caller,
        id: CustomerId,
        expected: ExpectedVersion,
        patch: ProfilePatch,
    ) -> Result<(), UpdateCustomerError> {
        let Edited::Changed(edit) = self.edit(caller, id, expected, patch).await? else {
            return Ok(());
        };
        match self
            .customers
            .find_holder(caller.tenant_id, edit.customer())
            .await?
        {
            Some(conflict) => Err(UpdateCustomerError::Taken(conflict)),
            None => Ok(()),
        }
    }

    async fn edit(
        &self,
        caller: Caller,
        id: CustomerId,
        expected: ExpectedVersion,
        patch: ProfilePatch,
    ) -> Result<Edited, UpdateCustomerError> {
        let customer = self.find(caller, id).await?;
        if !expected.is_that_of(&customer) {
            return Err(UpdateCustomerError::VersionMismatch);
        }
        Ok(customer.update(patch, self.context(caller))?)
    }
}

#[cfg(test)]
mod tests;
