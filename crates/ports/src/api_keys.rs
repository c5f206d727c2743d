use async_trait::async_trait;
use chrono::{DateTime, Utc};
use customers_domain::{ApiKey, ApiKeyId, TenantId, TenantName};

use crate::error::StoreError;

/// Keeps API keys and the tenants that they belong to.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait ApiKeyRepository: Send + Sync {
    /// The key of that id, live or not.
    ///
    /// # Errors
    /// When the store fails. An unknown id is not an error.
    async fn find(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError>;

    /// Stores a key for the tenant of that name. A name that is new makes the tenant, with the id
    /// that the key brings; a name that is known keeps its id, and the key is stored with that,
    /// also when two callers bring the same new name at once.
    ///
    /// # Errors
    /// When the store fails.
    async fn issue(&self, tenant: &TenantName, key: ApiKey) -> Result<Issued, StoreError>;

    /// Every key with its tenant's name, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    async fn list(&self) -> Result<Vec<ApiKeyListing>, StoreError>;

    /// Revokes the key as of that time, unless it is revoked already.
    ///
    /// # Errors
    /// When the store fails.
    async fn revoke(&self, id: ApiKeyId, at: DateTime<Utc>) -> Result<Revocation, StoreError>;
}

/// What became of a new key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issued {
    /// The tenant that the key belongs to.
    pub tenant_id: TenantId,
    /// Whether the tenant was made for it.
    pub tenant_is_new: bool,
}

/// A key as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyListing {
    /// The key.
    pub key: ApiKey,
    /// The name of its tenant.
    pub tenant: TenantName,
}

/// What became of a revocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// The key is revoked now.
    Revoked,
    /// It was revoked before; the first time stands.
    AlreadyRevoked,
    /// There is no such key.
    Unknown,
}
