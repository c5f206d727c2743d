use customers_domain::{Customer, CustomerId, NewCustomer, Profile, Receipt};
use customers_ports::{Conflict, CreateOutcome, Creation, FirstAnswer, StoreError};
use thiserror::Error;
use tracing::instrument;

use crate::caller::Caller;
use crate::idempotency_key::IdempotencyKey;
use crate::service::CustomerService;

/// The operation under which idempotency keys of creates are recorded.
const OPERATION: &str = "POST /customers";

/// What makes a request repeatable.
#[derive(Debug, Clone, Copy)]
pub struct RepeatableRequest<'a> {
    /// The caller's name for the request.
    pub key: &'a IdempotencyKey,
    /// The request's body in a form where equal JSON values are equal bytes.
    pub canonical_body: &'a [u8],
}

/// A customer was created, now or by the first request of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreatedCustomer {
    /// What the creator is told.
    pub receipt: Receipt,
    /// Whether it was told so before.
    pub replayed: bool,
}

/// Why no customer was created.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CreateCustomerError {
    /// Another customer holds the email or the external id.
    #[error("another customer of this tenant holds the {}", .conflict.field.as_str())]
    Taken {
        /// What is held, and by whom.
        conflict: Conflict,
        /// Whether the caller was told so before.
        replayed: bool,
    },
    /// The idempotency key belongs to another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The first request of that idempotency key is still running.
    #[error("a request with this idempotency key is still running")]
    KeyInProgress,
    /// The store failed; the customer may or may not have been stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CustomerService {
    /// Creates a customer of the caller's tenant, exactly once for a request that is repeatable.
    ///
    /// # Errors
    /// When another customer holds what is unique, when the idempotency key is in use otherwise, or
    /// when the store fails.
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
    /// Says whether [`Self::create`] would succeed now, and stores nothing.
    ///
    /// # Errors
    /// When another customer holds what is unique, or the store fails.
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
