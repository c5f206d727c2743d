use customers_domain::{Customer, CustomerId, NewCustomer, Profile, Receipt};
use customers_ports::{Conflict, CreateOutcome, Creation, FirstAnswer, StoreError};
use thiserror::Error;
use tracing::instrument;

use crate::caller::Caller;
use crate::idempotency_key::IdempotencyKey;
use crate::service::CustomerService;

/// Operation of the idempotency records of creates.
const OPERATION: &str = "POST /customers";

/// Identifies retries of a request.
#[derive(Debug, Clone, Copy)]
pub struct RepeatableRequest<'a> {
    /// The client's idempotency key.
    pub key: &'a IdempotencyKey,
    /// The request body in a form in which equal JSON values are equal bytes.
    pub canonical_body: &'a [u8],
}

/// A customer that was created by this request or by an earlier one with the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreatedCustomer {
    /// The result of the creation.
    pub receipt: Receipt,
    /// Whether an earlier request created the customer.
    pub replayed: bool,
}

/// Reason why no customer was created.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CreateCustomerError {
    /// Another customer holds the email or the external id.
    #[error("another customer of this tenant holds the {}", .conflict.field.as_str())]
    Taken {
        /// The unique field and the customer that holds its value.
        conflict: Conflict,
        /// Whether this is the outcome of an earlier request.
        replayed: bool,
    },
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The first request with the idempotency key is still running.
    #[error("a request with this idempotency key is still running")]
    KeyInProgress,
    /// The store failed. The customer may have been stored nevertheless.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CustomerService {
    /// Creates a customer in the caller's tenant. Requests with the same idempotency key create it once.
    ///
    /// # Errors
    /// Returns an error if another customer holds a unique value, if the idempotency key was used for another request
    /// or is in use, or if the store fails.
    #[instrument(name = "create_customer", skip_all, fields(customer.id))]
    pub async fn create(
        &self,
        caller: Caller,
        profile: Profile,
        request: Option<RepeatableRequest<'_>>,
    ) -> Result<CreatedCustomer, CreateCustomerError> {
        let new = self.new_customer(caller, profile);
        let receipt = new.customer().receipt();
        tracing::Span::current().record("customer.id", tracing::field::display(receipt.id));
        let creation = Creation {
            new,
            claim: request.map(|request| request.key.claim(OPERATION, request.canonical_body)),
        };
        let outcome = self.customers.create(caller.tenant_id, creation).await?;
        match outcome {
            CreateOutcome::Created => Ok(CreatedCustomer {
                receipt,
                replayed: false,
            }),
            CreateOutcome::Replayed(FirstAnswer::Created(receipt)) => Ok(CreatedCustomer {
                receipt,
                replayed: true,
            }),
            CreateOutcome::Taken(conflict) => Err(CreateCustomerError::Taken {
                conflict,
                replayed: false,
            }),
            CreateOutcome::Replayed(FirstAnswer::Taken(conflict)) => {
                Err(CreateCustomerError::Taken {
                    conflict,
                    replayed: true,
                })
            }
            CreateOutcome::KeyReused => Err(CreateCustomerError::KeyReused),
            CreateOutcome::KeyInProgress => Err(CreateCustomerError::KeyInProgress),
        }
    }
}

impl CustomerService {
    /// Checks whether [`Self::create`] would succeed now. Stores nothing.
    ///
    /// # Errors
    /// Returns an error if another customer holds a unique value, or if the store fails.
    #[instrument(name = "check_create_customer", skip_all)]
    pub async fn check_create(
        &self,
        caller: Caller,
        profile: Profile,
    ) -> Result<(), CreateCustomerError> {
        let new = self.new_customer(caller, profile);
        match self
            .customers
            .find_holder(caller.tenant_id, new.customer())
            .await?
        {
            Some(conflict) => Err(CreateCustomerError::Taken {
                conflict,
                replayed: false,
            }),
            None => Ok(()),
        }
    }

    fn new_customer(&self, caller: Caller, profile: Profile) -> NewCustomer {
        let context = self.context(caller);
        let id = CustomerId::from_uuid(self.ids.uuid(context.at));
        Customer::create(id, profile, &self.kyc_policy, context)
    }
}

#[cfg(test)]
mod tests;
