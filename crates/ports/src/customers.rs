use async_trait::async_trait;
use customers_domain::{Customer, CustomerChange, CustomerId, Receipt, TenantId};

use crate::error::StoreError;
use crate::idempotency::IdempotencyClaim;

/// Keeps customers, their changes and the answers to repeatable requests.
///
/// Customers of one tenant are invisible to every other: `tenant` is part of every question.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait CustomerRepository: Send + Sync {
    /// Stores a new customer, its first change and, if the request carries one, its idempotency
    /// record: all of them or none, durable once this answers.
    ///
    /// - Of all customers in a tenant no two MAY have the same [`email key`] or the same external id,
    ///   however many calls run at once: exactly one of them is [`CreateOutcome::Created`].
    /// - Where both are taken, [`CreateOutcome::Taken`] names the holder of the email.
    /// - With a claim, the first `Created` or `Taken` is recorded in the same transaction, and every
    ///   later call with that key is `Replayed` or `KeyReused`, by the fingerprint. Nothing else is
    ///   recorded.
    /// - A call whose key is in flight elsewhere waits for it for two seconds at most.
    /// - A call that is made again with the very same customer id after an error MUST find what the
    ///   first one left: the answer is `Created` if it had been stored.
    ///
    /// # Errors
    /// When the store fails. Whether the customer was stored may then be unknown.
    ///
    /// [`email key`]: customers_domain::EmailAddress::key
    async fn create(
        &self,
        tenant: TenantId,
        creation: Creation,
    ) -> Result<CreateOutcome, StoreError>;

    /// The customer of that id in that tenant, as of the last change that was acknowledged.
    ///
    /// # Errors
    /// When the store fails.
    async fn find(&self, tenant: TenantId, id: CustomerId) -> Result<Option<Customer>, StoreError>;
}

/// What one create stores together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Creation {
    /// The new customer.
    pub customer: Customer,
    /// The change that created it.
    pub change: CustomerChange,
    /// By what a repetition of the request is known.
    pub claim: Option<IdempotencyClaim>,
}

/// How a create ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreateOutcome {
    /// The customer is stored.
    Created,
    /// Another customer holds the email or the external id; nothing was stored but the record.
    Taken(Conflict),
    /// The same request was answered before; this is what it was told.
    Replayed(FirstAnswer),
    /// The idempotency key belongs to another request.
    KeyReused,
    /// The request that holds the idempotency key, or something that it needs, is still running.
    KeyInProgress,
}

/// What a request was told when it was first carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstAnswer {
    /// Its customer was created.
    Created(Receipt),
    /// Another customer held what is unique.
    Taken(Conflict),
}

/// Who holds what a new customer wanted for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conflict {
    /// What is held.
    pub field: UniqueField,
    /// The customer that holds it.
    pub holder: CustomerId,
}

/// What no two customers of a tenant share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UniqueField {
    /// The email address, compared by its key.
    Email,
    /// The caller's own reference.
    ExternalId,
}

impl UniqueField {
    /// The public name of the field.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::ExternalId => "external_id",
        }
    }
}
