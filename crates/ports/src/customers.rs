use async_trait::async_trait;
use customers_domain::{
    Customer, CustomerChange, CustomerDecision, CustomerEdit, CustomerErasure, CustomerId,
    DecisionId, ErasedCustomer, NewCustomer, Reason, TenantId, Verb,
};

use crate::conflict::Conflict;
use crate::error::StoreError;
use crate::first_answer::FirstAnswer;
use crate::idempotency::IdempotencyClaim;
use crate::queries::{HistoryQuery, ListQuery, Page};

/// Stores customers, their changes and idempotency records.
///
/// Every method is limited to the given tenant.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait CustomerRepository: Send + Sync {
    /// Stores a new customer, its first change and, if the request has an idempotency key, its idempotency record. All
    /// of them are durable when this method returns, or none is stored.
    ///
    /// - In one tenant, two customers MUST NOT have the same [`email key`] or external id. Of concurrent calls, exactly
    ///   one is [`CreateOutcome::Created`].
    /// - If both values are taken, [`CreateOutcome::Taken`] names the holder of the email.
    /// - With a claim, the first `Created` or `Taken` is recorded in the same transaction. Every later call with this
    ///   key is `Replayed` or `KeyReused`, depending on the fingerprint. Other outcomes are not recorded.
    /// - A call whose key is in use by a concurrent call waits for that call, for at most two seconds.
    /// - A call that is repeated with the same customer id after an error MUST return `Created` if the first call has
    ///   stored the customer.
    ///
    /// # Errors
    /// Returns an error if the store fails. The customer may have been stored nevertheless.
    ///
    /// [`email key`]: customers_domain::EmailAddress::key
    async fn create(
        &self,
        tenant: TenantId,
        creation: Creation,
    ) -> Result<CreateOutcome, StoreError>;

    /// Returns the customer with this id, as of the last acknowledged change, or what remains of it if it was erased.
    /// Returns `None` if the tenant never had such a customer.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    async fn find(
        &self,
        tenant: TenantId,
        id: CustomerId,
    ) -> Result<Option<FoundCustomer>, StoreError>;

    /// Returns a page of the tenant's customers, in the order of their ids or in the reverse order.
    ///
    /// - The cost of a page does not depend on its position or on the number of customers.
    /// - Consecutive pages contain each customer exactly once that exists and matches the filter throughout.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    async fn list(&self, tenant: TenantId, query: &ListQuery)
    -> Result<Page<Customer>, StoreError>;

    /// Stores an edited customer and its change. Both are durable when this method returns, or none is stored.
    ///
    /// - The edit is stored only if the stored version is the predecessor of its version. Of concurrent changes of one
    ///   version, edits or decisions, exactly one is stored.
    /// - Email and external id stay unique, as for [`Self::create`].
    /// - A call that is repeated with the same edit after an error MUST return `Updated` if the first call has stored
    ///   it.
    ///
    /// # Errors
    /// Returns an error if the store fails. The edit may have been stored nevertheless.
    async fn update(&self, tenant: TenantId, edit: CustomerEdit)
    -> Result<EditOutcome, StoreError>;

    /// Stores a decision on a customer and its change. Both are durable when this method returns, or none is stored.
    ///
    /// - The decision is stored only if the stored version is the predecessor of its version, as for [`Self::update`].
    /// - A decision id that was used in this tenant is [`DecisionOutcome::DecisionTaken`], also for concurrent
    ///   decisions. This has precedence over a version conflict.
    /// - With a decision id, the customer after the decision is kept for [`Self::find_decision`].
    /// - A call that is repeated with the same decision after an error MUST return `Decided` if the first call has
    ///   stored it.
    ///
    /// # Errors
    /// Returns an error if the store fails. The decision may have been stored nevertheless.
    async fn decide(
        &self,
        tenant: TenantId,
        decision: CustomerDecision,
    ) -> Result<DecisionOutcome, StoreError>;

    /// Erases a customer and stores the change that records it, atomically and durably.
    ///
    /// - The customer is erased only if the stored version is the predecessor of that of the erasure, as in
    ///   [`Self::update`].
    /// - Afterwards [`Self::find`] returns what remains, no list contains the customer, and its email and external id
    ///   are free. Its changes stay, without their reasons. Its decisions become [`RecordedDecision::OfErased`], and
    ///   their ids stay used. Idempotency records stay.
    /// - Personal data of the customer MUST NOT be readable from the store any more.
    /// - A decision id that the tenant has used before is [`ErasureOutcome::DecisionTaken`], as in [`Self::decide`].
    ///   With a decision id, [`Self::find_decision`] returns the erasure.
    /// - A retry with the same erasure MUST detect what the first call stored: its outcome is `Erased` if the erasure
    ///   was stored.
    ///
    /// # Errors
    ///
    /// Returns an error if the store fails. The customer may have been erased.
    async fn erase(
        &self,
        tenant: TenantId,
        erasure: CustomerErasure,
    ) -> Result<ErasureOutcome, StoreError>;

    /// Returns the other customer that holds the email of this customer, or otherwise its external id. It is for
    /// messages only: [`Self::create`] and [`Self::update`] enforce uniqueness.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    async fn find_holder(
        &self,
        tenant: TenantId,
        wanted: &Customer,
    ) -> Result<Option<Conflict>, StoreError>;

    /// Returns a page of a customer's changes, newest first, also if the customer was erased. Returns `None` if the
    /// tenant never had such a customer.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    async fn history(
        &self,
        tenant: TenantId,
        id: CustomerId,
        query: HistoryQuery,
    ) -> Result<Option<Page<CustomerChange>>, StoreError>;

    /// Returns the decision with this id.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    async fn find_decision(
        &self,
        tenant: TenantId,
        id: &DecisionId,
    ) -> Result<Option<RecordedDecision>, StoreError>;
}

/// A customer of a tenant, or what remains of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every value is the large one"
)]
pub enum FoundCustomer {
    /// The customer exists.
    Present(Customer),
    /// The customer was erased.
    Erased(ErasedCustomer),
}

impl FoundCustomer {
    /// Returns the customer if it exists.
    pub fn present(self) -> Option<Customer> {
        match self {
            Self::Present(customer) => Some(customer),
            Self::Erased(_) => None,
        }
    }
}

impl From<Customer> for FoundCustomer {
    fn from(customer: Customer) -> Self {
        Self::Present(customer)
    }
}

/// What a tenant did under a decision id.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every value is the large one"
)]
pub enum RecordedDecision {
    /// A verb was carried out on a customer that still exists.
    Made(MadeDecision),
    /// The customer was erased under this id.
    Erasure(ErasedCustomer),
    /// A verb was carried out on a customer that was erased later. Nothing else is known of it.
    OfErased(ErasedCustomer),
}

/// A stored decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeDecision {
    /// The kind of decision.
    pub verb: Verb,
    /// The reason, if one was given.
    pub reason: Option<Reason>,
    /// The customer after the decision.
    pub customer: Customer,
}

/// Outcome of an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditOutcome {
    /// The edit was stored.
    Updated,
    /// The stored version is not the predecessor. Nothing was stored.
    VersionConflict,
    /// The customer was erased. Nothing was stored.
    Erased(ErasedCustomer),
    /// Another customer holds the new email or external id. Nothing was stored.
    Taken(Conflict),
}

/// Outcome of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecisionOutcome {
    /// The decision was stored.
    Decided,
    /// The stored version is not the predecessor. Nothing was stored.
    VersionConflict,
    /// The customer was erased. Nothing was stored.
    Erased(ErasedCustomer),
    /// The decision id was used before. Nothing was stored.
    DecisionTaken,
}

/// Outcome of an erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErasureOutcome {
    /// The customer was erased.
    Erased,
    /// The stored version is not the predecessor. Nothing was stored.
    VersionConflict,
    /// Another erasure was first. Nothing was stored.
    AlreadyErased(ErasedCustomer),
    /// The decision id was used before. Nothing was stored.
    DecisionTaken,
}

/// A new customer and the idempotency claim of its request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Creation {
    /// The new customer and its first change.
    pub new: NewCustomer,
    /// Identifies retries of the request, if the client sent an idempotency key.
    pub claim: Option<IdempotencyClaim>,
}

impl Creation {
    /// Returns the new customer.
    pub const fn customer(&self) -> &Customer {
        self.new.customer()
    }

    /// Returns the change that records the creation.
    pub const fn change(&self) -> &CustomerChange {
        self.new.change()
    }
}

/// Outcome of a create.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreateOutcome {
    /// The customer was stored.
    Created,
    /// Another customer holds the email or the external id. Only the idempotency record was stored.
    Taken(Conflict),
    /// A retry of an earlier request, with the outcome of that request.
    Replayed(FirstAnswer),
    /// The idempotency key belongs to another request.
    KeyReused,
    /// The request that uses the idempotency key is still running, or waits for another one.
    KeyInProgress,
}
