use async_trait::async_trait;
use customers_domain::{
    Customer, CustomerChange, CustomerDecision, CustomerEdit, CustomerId, DecisionId, NewCustomer,
    Reason, TenantId, Verb,
};

use crate::conflict::Conflict;
use crate::error::StoreError;
use crate::first_answer::FirstAnswer;
use crate::idempotency::IdempotencyClaim;
use crate::reading::{HistoryQuery, ListQuery, Page};

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

    /// A page of the tenant's customers, in the order of their ids or in the reverse of it.
    ///
    /// - A page costs the same wherever it lies and however many customers there are.
    /// - A walk from page to page shows every customer exactly once that existed when it began and
    ///   passes the filter throughout.
    ///
    /// # Errors
    /// When the store fails.
    async fn list(&self, tenant: TenantId, query: &ListQuery)
    -> Result<Page<Customer>, StoreError>;

    /// Stores an edited customer and its change: both or neither, durable once this returns.
    ///
    /// - The customer is stored only if the store's version is the one just before its own; of several
    ///   changes of one version, edits or decisions, exactly one is stored.
    /// - Email and external id stay unique, as [`Self::create`] says.
    /// - A call that is made again with the very same edit after an error MUST find what the first one
    ///   left: the outcome is `Updated` if it had been stored.
    ///
    /// # Errors
    /// When the store fails. Whether the edit was stored may then be unknown.
    async fn update(&self, tenant: TenantId, edit: CustomerEdit)
    -> Result<EditOutcome, StoreError>;

    /// Stores a decision on a customer, with its change: both or neither, durable once this returns.
    ///
    /// - The customer is stored only if the store's version is the one just before its own, as in
    ///   [`Self::update`].
    /// - A decision id that the tenant has used before is [`DecisionOutcome::DecisionTaken`], also
    ///   where another decision is made at the same moment. That goes before a version that is not
    ///   current.
    /// - With a decision id the customer is kept as the decision left it, for
    ///   [`Self::find_decision`].
    /// - A call that is made again with the very same decision after an error MUST find what the first
    ///   one left: the outcome is `Decided` if it had been stored.
    ///
    /// # Errors
    /// When the store fails. Whether the decision was stored may then be unknown.
    async fn decide(
        &self,
        tenant: TenantId,
        decision: CustomerDecision,
    ) -> Result<DecisionOutcome, StoreError>;

    /// Who, other than the customer itself, holds what it wants for itself: the holder of the email,
    /// else that of the external id. For questions; what is stored is decided by [`Self::create`] and
    /// [`Self::update`] alone.
    ///
    /// # Errors
    /// When the store fails.
    async fn find_holder(
        &self,
        tenant: TenantId,
        wanted: &Customer,
    ) -> Result<Option<Conflict>, StoreError>;

    /// A page of a customer's changes, newest first; nothing where the tenant has no such customer.
    ///
    /// # Errors
    /// When the store fails.
    async fn history(
        &self,
        tenant: TenantId,
        id: CustomerId,
        query: HistoryQuery,
    ) -> Result<Option<Page<CustomerChange>>, StoreError>;

    /// The decision that the tenant made under that id.
    ///
    /// # Errors
    /// When the store fails.
    async fn find_decision(
        &self,
        tenant: TenantId,
        id: &DecisionId,
    ) -> Result<Option<RecordedDecision>, StoreError>;
}

/// A decision as it was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedDecision {
    /// What was decided.
    pub verb: Verb,
    /// Why, where a reason was given.
    pub reason: Option<Reason>,
    /// The customer as the decision left it.
    pub customer: Customer,
}

/// Outcome of an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditOutcome {
    /// The edit is stored.
    Updated,
    /// The customer has another version by now; nothing was stored.
    VersionConflict,
    /// Another customer holds the new email or external id; nothing was stored.
    Taken(Conflict),
}

/// Outcome of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecisionOutcome {
    /// The decision is stored.
    Decided,
    /// The customer has another version by now; nothing was stored.
    VersionConflict,
    /// The decision id was used before; nothing was stored.
    DecisionTaken,
}

/// A new customer together with the claim of the request that creates it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Creation {
    /// The new customer and its first change.
    pub new: NewCustomer,
    /// Identifies repetitions of the request, where the client sent an idempotency key.
    pub claim: Option<IdempotencyClaim>,
}

impl Creation {
    /// The new customer.
    pub const fn customer(&self) -> &Customer {
        self.new.customer()
    }

    /// The change that records the creation.
    pub const fn change(&self) -> &CustomerChange {
        self.new.change()
    }
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
