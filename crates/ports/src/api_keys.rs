use async_trait::async_trait;
use chrono::{DateTime, Utc};
use customers_domain::{ApiKey, ApiKeyId, TenantId, TenantName};

use crate::error::StoreError;

/// Stores API keys and the tenants that they belong to.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait ApiKeyRepository: Send + Sync {
    /// Returns the key with the given id, or `None` if there is none. Also returns expired and revoked keys.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    async fn find(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError>;

    /// Stores a key for the tenant with the given name.
    ///
    /// Creates the tenant with the key's tenant id if the name is new. Otherwise the key MUST be stored with the id of the
    /// existing tenant, also if concurrent calls use the same new name.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    async fn issue(&self, tenant: &TenantName, key: ApiKey) -> Result<Issued, StoreError>;

    /// Returns every key with the name of its tenant, oldest first.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    async fn list(&self) -> Result<Vec<ApiKeyListing>, StoreError>;

    /// Revokes a key at the given time. A key that is already revoked keeps its first time of revocation.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    async fn revoke(&self, id: ApiKeyId, at: DateTime<Utc>) -> Result<Revocation, StoreError>;
}

/// Result of [`ApiKeyRepository::issue`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issued {
    /// The tenant that the key belongs to.
    pub tenant_id: TenantId,
    /// Whether the tenant was created.
    pub tenant_is_new: bool,
}

/// An API key and the name of its tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyListing {
    /// The key.
    pub key: ApiKey,
    /// The name of its tenant.
    pub tenant: TenantName,
}

/// Result of [`ApiKeyRepository::revoke`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// The key was revoked by this call.
    Revoked,
    /// The key was already revoked.
    AlreadyRevoked,
    /// The key does not exist.
    Unknown,
}
