use customers_domain::{
    Customer, CustomerId, DecisionId, InvalidTransition, Reason, TransitionRefused, Verb,
};
use customers_ports::{DecisionOutcome, RecordedDecision, StoreError};
use thiserror::Error;
use tracing::instrument;

use crate::caller::Caller;
use crate::expected_version::ExpectedVersion;
use crate::service::CustomerService;

/// A verb of the status table, asked for one customer.
#[derive(Debug, Clone)]
pub struct Decision {
    /// What is asked for.
    pub verb: Verb,
    /// Why.
    pub reason: Option<Reason>,
    /// The caller's name for the decision, by which it is carried out once.
    pub id: Option<DecisionId>,
}

/// A decision was carried out, now or when it came first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidedCustomer {
    /// The customer as the decision left it.
    pub customer: Customer,
    /// Whether the caller was told so before.
    pub replayed: bool,
}

/// Why a decision was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TransitionCustomerError {
    /// The decision's id belongs to another decision.
    #[error("the decision id was used for another decision")]
    DecisionIdReused,
    /// The caller's tenant has no such customer.
    #[error("there is no such customer")]
    NotFound,
    /// The customer is in another version than the caller decided on.
    #[error("the customer has another version")]
    VersionMismatch,
    /// The status rules forbid it, or want a reason.
    #[error(transparent)]
    Refused(#[from] TransitionRefused),
    /// The store failed; the decision may or may not have been stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<InvalidTransition> for TransitionCustomerError {
    fn from(invalid: InvalidTransition) -> Self {
        Self::Refused(TransitionRefused::Invalid(invalid))
    }
}

impl CustomerService {
    /// Carries out a verb of the status table, once where the decision has an id.
    ///
    /// # Errors
    /// When the decision's id is in use otherwise, there is no such customer in that version, the
    /// status rules forbid it, or the store fails.
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
        let found = self.customers.find(caller.tenant_id, id).await?;
        let customer = found.ok_or(TransitionCustomerError::NotFound)?;
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
            DecisionOutcome::VersionConflict | DecisionOutcome::DecisionTaken => {
                self.replay_or_mismatch(caller, id, &decision).await
            }
        }
    }

    /// The version moved on under this request, by another decision or by this very one.
    async fn replay_or_mismatch(
        &self,
        caller: Caller,
        id: CustomerId,
        decision: &Decision,
    ) -> Result<DecidedCustomer, TransitionCustomerError> {
        let replayed = self.replay(caller, id, decision).await?;
        replayed.ok_or(TransitionCustomerError::VersionMismatch)
    }

    /// What the same decision was told when it came first.
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
        let Some(RecordedDecision {
            verb,
            reason,
            customer,
        }) = recorded
        else {
            return Ok(None);
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
