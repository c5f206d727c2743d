use async_trait::async_trait;
use chrono::TimeDelta;

use crate::error::StoreError;

/// What a store keeps of a request that may be repeated: never the key itself, and of the body
/// nothing that could be guessed from the store alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdempotencyClaim {
    /// SHA-256 of the caller's idempotency key.
    pub key_hash: [u8; 32],
    /// HMAC-SHA-256 of the request's body, keyed with the idempotency key.
    pub fingerprint: [u8; 32],
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

/// Whether a store can do its work now.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait StoreHealth: Send + Sync {
    /// Asks the store something cheap. It MUST answer within two seconds.
    ///
    /// # Errors
    /// When the store cannot be reached, does not answer, or cannot be written to.
    async fn check(&self) -> Result<(), StoreError>;
}
