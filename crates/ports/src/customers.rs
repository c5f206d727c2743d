use async_trait::async_trait;
use customers_domain::{
    Customer, CustomerChange, CustomerId, DecisionId, Reason, Receipt, TenantId, Verb,
};

use crate::error::StoreError;
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

    /// A page of the tenant's customers, newest first, which is the descending order of their ids.
    ///
    /// - A page costs the same wherever it lies and however many customers there are.
    /// - A walk from page to page shows every customer exactly once that existed when it began and
    ///   passes the filter throughout.
    ///
    /// # Errors
    /// When the store fails.
    async fn list(&self, tenant: TenantId, query: &ListQuery)
    -> Result<Page<Customer>, StoreError>;

    /// Stores a changed customer and the change that tells of it: both or neither, durable once this
    /// answers.
    ///
    /// - The customer is stored only if the store's version is the one just before its own; of several
    ///   changes of one version exactly one is [`UpdateOutcome::Updated`].
    /// - A change with a decision id that the tenant has used before is
    ///   [`UpdateOutcome::DecisionTaken`], also where another is made at the same moment. That goes
    ///   before a version that is not current.
    /// - With the decision id the customer is kept as it is now, for [`Self::find_decision`].
    /// - Email and external id stay unique, as [`Self::create`] says.
    /// - A call that is made again with the very same change after an error MUST find what the first
    ///   one left: the answer is `Updated` if it had been stored.
    ///
    /// # Errors
    /// When the store fails. Whether the change was stored may then be unknown.
    async fn update(&self, tenant: TenantId, update: Update) -> Result<UpdateOutcome, StoreError>;

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

/// What one update stores together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// The customer as it is after the change.
    pub customer: Customer,
    /// The change.
    pub change: CustomerChange,
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

/// How a change ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateOutcome {
    /// It is stored.
    Updated,
    /// The customer has another version by now; nothing was stored.
    VersionConflict,
    /// Another customer holds the new email or external id; nothing was stored.
    Taken(Conflict),
    /// The decision id was used before; nothing was stored.
    DecisionTaken,
}

/// What one create stores together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Creation {
    /// The new customer, as [`Customer::create`] made it.
    pub customer: Customer,
    /// The change that it made along with it.
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
