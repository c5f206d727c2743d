use customers_domain::{
    Customer, CustomerId, DecisionId, ErasedCustomer, InvalidTransition, Reason, TransitionRefused,
    Verb,
};
use customers_ports::{DecisionOutcome, MadeDecision, RecordedDecision, StoreError};
use thiserror::Error;
use tracing::instrument;

use crate::caller::Caller;
use crate::expected_version::ExpectedVersion;
use crate::get_customer::GetCustomerError;
use crate::service::CustomerService;

/// A requested decision on a customer.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The verb.
    pub verb: Verb,
    /// The reason, if the client gave one.
    pub reason: Option<Reason>,
    /// The client's id of the decision. It makes retries safe.
    pub id: Option<DecisionId>,
}

/// A customer after a decision that was made by this request or by an earlier one with the same id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidedCustomer {
    /// The customer after the decision.
    pub customer: Customer,
    /// Whether an earlier request made the decision.
    pub replayed: bool,
}

/// Reason why a decision was not made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TransitionCustomerError {
    /// The decision id was used for another decision.
    #[error("the decision id was used for another decision")]
    DecisionIdReused,
    /// The tenant has no such customer.
    #[error("the customer does not exist")]
    NotFound,
    /// The customer was erased.
    #[error("the customer was erased")]
    Erased(ErasedCustomer),
    /// The customer has another version than the client expects.
    #[error("the customer has another version")]
    VersionMismatch,
    /// The status rules forbid the decision, or require a reason.
    #[error(transparent)]
    Refused(#[from] TransitionRefused),
    /// The store failed. The decision may have been stored nevertheless.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<GetCustomerError> for TransitionCustomerError {
    fn from(error: GetCustomerError) -> Self {
        match error {
            GetCustomerError::NotFound => Self::NotFound,
            GetCustomerError::Erased(erased) => Self::Erased(erased),
            GetCustomerError::Store(error) => Self::Store(error),
        }
    }
}

impl From<InvalidTransition> for TransitionCustomerError {
    fn from(invalid: InvalidTransition) -> Self {
        Self::Refused(TransitionRefused::Invalid(invalid))
    }
}

impl CustomerService {
    /// Applies a verb of the status table. Requests with the same decision id apply it once.
    ///
    /// # Errors
    /// Returns an error if the decision id was used for another decision, if there is no such customer it was
    /// erased or it has another version, if the status rules forbid the verb, or if the store fails.
    #[instrument(name = "transition_customer", skip_all, fields(customer.id = %id, verb = decision.verb.as_str()))]
    pub async fn transition(
        &self,
        caller: Caller,
        id: CustomerId,
        expected: ExpectedVersion,
        decision: Decision,
    ) -> Result<DecidedCustomer, TransitionCustomerError> {
        if let Some(replayed) = self.replay(caller, id, &decision).await? {
            return Ok(replayed);
        }
        let customer = self.find(caller, id).await?;
        if !expected.is_that_of(&customer) {
            return self.replay_or_mismatch(caller, id, &decision).await;
        }
        let decided = customer.transition(
            decision.verb,
            decision.reason.clone(),
            decision.id.clone(),
            self.context(caller),
        )?;
        let customer = decided.customer().clone();
        match self.customers.decide(caller.tenant_id, decided).await? {
            DecisionOutcome::Decided => Ok(DecidedCustomer {
                customer,
                replayed: false,
            }),
            DecisionOutcome::Erased(erased) => Err(TransitionCustomerError::Erased(erased)),
            DecisionOutcome::VersionConflict | DecisionOutcome::DecisionTaken => {
                self.replay_or_mismatch(caller, id, &decision).await
            }
        }
    }

    /// Handles a concurrent change: a retry of this decision is replayed, and any other change is a version conflict.
    async fn replay_or_mismatch(
        &self,
        caller: Caller,
        id: CustomerId,
        decision: &Decision,
    ) -> Result<DecidedCustomer, TransitionCustomerError> {
        let replayed = self.replay(caller, id, decision).await?;
        replayed.ok_or(TransitionCustomerError::VersionMismatch)
    }

    /// Returns the result of an earlier request with the same decision.
    async fn replay(
        &self,
        caller: Caller,
        id: CustomerId,
        decision: &Decision,
    ) -> Result<Option<DecidedCustomer>, TransitionCustomerError> {
        let Some(decision_id) = &decision.id else {
            return Ok(None);
        };
        let recorded = self
            .customers
            .find_decision(caller.tenant_id, decision_id)
            .await?;
        let MadeDecision {
            verb,
            reason,
            customer,
        } = match recorded {
            None => return Ok(None),
            Some(RecordedDecision::Made(made)) => made,
            Some(RecordedDecision::OfErased(erased)) if erased.id == id => {
                return Err(TransitionCustomerError::Erased(erased));
            }
            Some(RecordedDecision::OfErased(_) | RecordedDecision::Erasure(_)) => {
                return Err(TransitionCustomerError::DecisionIdReused);
            }
        };
        let same = (verb, &reason, customer.id()) == (decision.verb, &decision.reason, id);
        if !same {
            return Err(TransitionCustomerError::DecisionIdReused);
        }
        Ok(Some(DecidedCustomer {
            customer,
            replayed: true,
        }))
    }
}

#[cfg(test)]
mod tests;
