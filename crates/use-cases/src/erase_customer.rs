use customers_domain::{CustomerErasure, CustomerId, DecisionId, ErasedCustomer, ErasureRefused};
use customers_ports::{ErasureOutcome, RecordedDecision, StoreError};
use thiserror::Error;
use tracing::instrument;

use crate::caller::Caller;
use crate::expected_version::ExpectedVersion;
use crate::get_customer::GetCustomerError;
use crate::service::CustomerService;

/// Result of [`CustomerService::erase`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErasureReceipt {
    /// What remains of the customer.
    pub erased: ErasedCustomer,
    /// Whether an earlier request with the same decision id erased the customer.
    pub replayed: bool,
}

/// Error of [`CustomerService::erase`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EraseCustomerError {
    /// The decision id belongs to another decision.
    #[error("the decision id was used for another decision")]
    DecisionIdReused,
    /// The tenant has no such customer. Customers of other tenants are reported like this too.
    #[error("the customer does not exist")]
    NotFound,
    /// The customer was erased before.
    #[error("the customer was erased")]
    Erased(ErasedCustomer),
    /// The customer has another version than the client expects.
    #[error("the customer has another version")]
    VersionMismatch,
    /// The status or the retention period does not allow erasure.
    #[error(transparent)]
    Refused(#[from] ErasureRefused),
    /// The store failed. The customer may have been erased.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<GetCustomerError> for EraseCustomerError {
    fn from(error: GetCustomerError) -> Self {
        match error {
            GetCustomerError::NotFound => Self::NotFound,
            GetCustomerError::Erased(erased) => Self::Erased(erased),
            GetCustomerError::Store(error) => Self::Store(error),
        }
    }
}

impl CustomerService {
    /// Erases a customer for good, once for each decision id.
    ///
    /// # Errors
    /// Returns an error if the decision id belongs to another decision, if the tenant has no such customer
    /// in that version, if the customer was erased, if its status or the retention period does not allow
    /// erasure, or if the store fails.
    #[instrument(name = "erase_customer", skip_all, fields(customer.id = %id))]
    pub async fn erase(
        &self,
        caller: Caller,
        id: CustomerId,
        expected: ExpectedVersion,
        decision_id: Option<DecisionId>,
    ) -> Result<ErasureReceipt, EraseCustomerError> {
        if let Some(replayed) = self.erasure_of(caller, id, decision_id.as_ref()).await? {
            return Ok(replayed);
        }
        let customer = match self.find(caller, id).await {
            Ok(customer) => customer,
            Err(GetCustomerError::Erased(erased)) => {
                return self.replay_or(caller, id, decision_id, erased).await;
            }
            Err(error) => return Err(error.into()),
        };
        if !expected.is_that_of(&customer) {
            return Err(EraseCustomerError::VersionMismatch);
        }
        let context = self.context(caller);
        let erasure = customer.erase(self.retention, decision_id.clone(), context)?;
        self.store_erasure(caller, id, erasure, decision_id).await
    }

    async fn store_erasure(
        &self,
        caller: Caller,
        id: CustomerId,
        erasure: CustomerErasure,
        decision_id: Option<DecisionId>,
    ) -> Result<ErasureReceipt, EraseCustomerError> {
        let erased = erasure.erased();
        match self.customers.erase(caller.tenant_id, erasure).await? {
            ErasureOutcome::Erased => Ok(ErasureReceipt {
                erased,
                replayed: false,
            }),
            ErasureOutcome::VersionConflict => Err(EraseCustomerError::VersionMismatch),
            ErasureOutcome::AlreadyErased(erased) => {
                self.replay_or(caller, id, decision_id, erased).await
            }
            ErasureOutcome::DecisionTaken => {
                let replayed = self.erasure_of(caller, id, decision_id.as_ref()).await?;
                replayed.ok_or(EraseCustomerError::DecisionIdReused)
            }
        }
    }

    /// The customer was erased while this request ran, by another request or by a repetition of it.
    async fn replay_or(
        &self,
        caller: Caller,
        id: CustomerId,
        decision_id: Option<DecisionId>,
        erased: ErasedCustomer,
    ) -> Result<ErasureReceipt, EraseCustomerError> {
        let replayed = self.erasure_of(caller, id, decision_id.as_ref()).await?;
        replayed.ok_or(EraseCustomerError::Erased(erased))
    }

    /// Returns the earlier erasure of this customer under the decision id.
    async fn erasure_of(
        &self,
        caller: Caller,
        id: CustomerId,
        decision_id: Option<&DecisionId>,
    ) -> Result<Option<ErasureReceipt>, EraseCustomerError> {
        let Some(decision_id) = decision_id else {
            return Ok(None);
        };
        let recorded = self.customers.find_decision(caller.tenant_id, decision_id);
        match recorded.await? {
            None => Ok(None),
            Some(RecordedDecision::Erasure(erased)) if erased.id == id => {
                Ok(Some(ErasureReceipt {
                    erased,
                    replayed: true,
                }))
            }
            Some(_) => Err(EraseCustomerError::DecisionIdReused),
        }
    }
}

#[cfg(test)]
mod tests;
