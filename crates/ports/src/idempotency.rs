use async_trait::async_trait;
use chrono::TimeDelta;
use uuid::Uuid;

use crate::error::StoreError;

/// Identifies a request that may be repeated. It holds a hash of the idempotency key, never the key,
/// and of the body nothing that could be guessed from the store alone.
///
/// Tenant, operation and key hash together name a record. A module claims under an operation of its
/// own, and records its first outcome in the transaction of its own writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdempotencyClaim {
    /// Method and route of the operation, such as `POST /customers`. Operations share no keys.
    pub operation: &'static str,
    /// SHA-256 of the caller's idempotency key.
    pub key_hash: [u8; 32],
    /// HMAC-SHA-256 of the request's body, keyed with the idempotency key.
    pub fingerprint: [u8; 32],
}

/// The first outcome of an idempotent operation: enough to give the same response again, and no
/// personal data. What code and detail mean is up to the operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedOutcome {
    /// The kind of outcome, such as created or refused.
    pub code: i16,
    /// The resource that the outcome is about.
    pub resource_id: Uuid,
    /// What else the response needs, in a few bytes that begin with a version of their encoding; may
    /// be empty.
    pub detail: Vec<u8>,
}

/// An earlier request that used the idempotency key of a claim for the same operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EarlierRequest {
    /// The same request, by its fingerprint; this was its outcome.
    Same(RecordedOutcome),
    /// Another request: the key is reused.
    Other,
}

/// The upkeep of the records by which repeated requests are known.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait IdempotencyRecords: Send + Sync {
    /// Deletes records that are older than `age` by the store's own clock, `at_most` in one call, and
    /// returns how many it deleted. A record that is younger MUST stay. Of several calls at once one
    /// MUST delete as many as it would alone; the others MAY delete fewer. A record that became
    /// visible late MAY stay for another hour.
    ///
    /// # Errors
    /// When the store fails; then nothing was deleted.
    async fn sweep(&self, age: TimeDelta, at_most: u32) -> Result<u32, StoreError>;
}
