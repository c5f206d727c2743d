use async_trait::async_trait;

use crate::error::StoreError;

/// Health of a store.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait StoreHealth: Send + Sync {
    /// Checks that the store can be read and written, at low cost. It MUST return within two seconds.
    ///
    /// # Errors
    /// Returns an error if the store is out of reach, does not respond, or cannot be written to.
    async fn check(&self) -> Result<(), StoreError>;
}
