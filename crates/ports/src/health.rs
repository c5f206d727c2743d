use async_trait::async_trait;

use crate::error::StoreError;

/// Whether a store can do its work now.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait StoreHealth: Send + Sync {
    /// Asks the store something cheap. It MUST return within two seconds.
    ///
    /// # Errors
    /// When the store cannot be reached, does not answer, or cannot be written to.
    async fn check(&self) -> Result<(), StoreError>;
}
