use async_trait::async_trait;
use chrono::TimeDelta;
use uuid::Uuid;

use crate::error::StoreError;

/// Identifies a request that may be retried. It contains a hash of the idempotency key instead of the key. The
/// fingerprint does not allow guessing the body from the store alone.
///
/// Tenant, operation and key hash identify a record. A module uses an operation of its own, and records its first
/// outcome in the transaction of its own writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdempotencyClaim {
    /// Method and route of the operation, such as `POST /customers`. Each operation has its own key space.
    pub operation: &'static str,
    /// SHA-256 of the client's idempotency key.
    pub key_hash: [u8; 32],
    /// HMAC-SHA-256 of the request body, with the idempotency key as its key.
    pub fingerprint: [u8; 32],
}

/// The first outcome of an idempotent operation. It suffices to send the same response again, and contains no personal
/// data. The operation defines the meaning of code and detail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedOutcome {
    /// The kind of outcome, such as created or refused.
    pub code: i16,
    /// The resource of the outcome.
    pub resource_id: Uuid,
    /// Further data for the response: a few bytes that begin with a version of their encoding, or none.
    pub detail: Vec<u8>,
}

/// An earlier request for the same operation with the idempotency key of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EarlierRequest {
    /// The same request, according to its fingerprint, with its outcome.
    Same(RecordedOutcome),
    /// Another request: the key was reused.
    Other,
}

/// Cleanup of idempotency records.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait IdempotencyRecords: Send + Sync {
    /// Deletes up to `at_most` records that are older than `age` by the store's clock, and returns their number.
    /// Younger records MUST stay. Of concurrent calls, one MUST delete as many as it would alone; the others MAY delete
    /// fewer. A record that became visible late MAY stay for another hour.
    ///
    /// # Errors
    /// Returns an error if the store fails. Then nothing was deleted.
    async fn sweep(&self, age: TimeDelta, at_most: u32) -> Result<u32, StoreError>;
}
