use std::sync::Arc;

use chrono::TimeDelta;
use customers_domain::{ApiKey, ApiKeyId, Scopes, TenantId, TenantName};
use customers_ports::{
    ApiKeyListing, ApiKeyRepository, Clock, IdGenerator, Revocation, StoreError,
};
use thiserror::Error;

use crate::api_key_secret::ApiKeySecret;

/// The use cases of API keys.
#[derive(Clone)]
pub struct ApiKeyService {
    keys: Arc<dyn ApiKeyRepository>,
    ids: Arc<dyn IdGenerator>,
    clock: Arc<dyn Clock>,
}

/// A new API key. It is shown once, because the store has only its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedApiKey {
    /// The whole key.
    pub secret: ApiKeySecret,
    /// Whether the tenant was created.
    pub tenant_is_new: bool,
}

/// Reason why no key was created.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IssueApiKeyError {
    /// The system's random source failed.
    #[error("the system has no randomness")]
    NoRandomness,
    /// The expiry is later than the calendar allows.
    #[error("the lifetime of the key is too long")]
    LifetimeTooLong,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ApiKeyService {
    /// Creates the service from its ports.
    pub fn new(
        keys: Arc<dyn ApiKeyRepository>,
        ids: Arc<dyn IdGenerator>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { keys, ids, clock }
    }

    /// Creates a key for a tenant, and the tenant if its name is new.
    ///
    /// # Errors
    /// Returns an error if the system has no randomness, the lifetime is too long, or the store fails.
    pub async fn issue(
        &self,
        tenant: &TenantName,
        scopes: Scopes,
        lifetime: Option<TimeDelta>,
    ) -> Result<IssuedApiKey, IssueApiKeyError> {
        let secret = ApiKeySecret::generate().map_err(|_| IssueApiKeyError::NoRandomness)?;
        self.issue_known(secret, tenant, scopes, lifetime).await
    }

    /// Stores a given key, such as a fixed one for development.
    ///
    /// # Errors
    /// Returns an error if the lifetime is too long or the store fails.
    pub async fn issue_known(
        &self,
        secret: ApiKeySecret,
        tenant: &TenantName,
        scopes: Scopes,
        lifetime: Option<TimeDelta>,
    ) -> Result<IssuedApiKey, IssueApiKeyError> {
        let now = self.clock.now();
        let expires_at = lifetime
            .map(|lifetime| {
                now.checked_add_signed(lifetime)
                    .ok_or(IssueApiKeyError::LifetimeTooLong)
            })
            .transpose()?;
        let key = ApiKey {
            id: secret.id(),
            tenant_id: TenantId::from_uuid(self.ids.uuid(now)),
            scopes,
            secret_hash: secret.hash(),
            created_at: now,
            expires_at,
            revoked_at: None,
        };
        let issued = self.keys.issue(tenant, key).await?;
        Ok(IssuedApiKey {
            secret,
            tenant_is_new: issued.tenant_is_new,
        })
    }

    /// Returns every key, oldest first.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub async fn list(&self) -> Result<Vec<ApiKeyListing>, StoreError> {
        self.keys.list().await
    }

    /// Revokes a key at the current time.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub async fn revoke(&self, id: ApiKeyId) -> Result<Revocation, StoreError> {
        self.keys.revoke(id, self.clock.now()).await
    }
}

#[cfg(test)]
mod tests;
