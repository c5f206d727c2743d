use std::sync::Arc;

use chrono::TimeDelta;
use customers_domain::{ApiKey, ApiKeyId, Scopes, TenantId, TenantName};
use customers_ports::{
    ApiKeyListing, ApiKeyRepository, Clock, IdGenerator, Revocation, StoreError,
};
use thiserror::Error;

use crate::api_key_secret::ApiKeySecret;

/// What operators can do with API keys.
#[derive(Clone)]
pub struct ApiKeyService {
    keys: Arc<dyn ApiKeyRepository>,
    ids: Arc<dyn IdGenerator>,
    clock: Arc<dyn Clock>,
}

/// A key that was just made. It is shown once: the store has its hash alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedApiKey {
    /// The whole key.
    pub secret: ApiKeySecret,
    /// Whether its tenant was made for it.
    pub tenant_is_new: bool,
}

/// Why no key was made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IssueApiKeyError {
    /// The system's random source failed.
    #[error("the system has no randomness to give")]
    NoRandomness,
    /// The time at which the key would expire is beyond the calendar.
    #[error("the key would live too long")]
    LifetimeTooLong,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ApiKeyService {
    /// Ties the use cases to their ports.
    pub fn new(
        keys: Arc<dyn ApiKeyRepository>,
        ids: Arc<dyn IdGenerator>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { keys, ids, clock }
    }

    /// Makes a key for a tenant, and the tenant if its name is new.
    ///
    /// # Errors
    /// When there is no randomness, the lifetime is too long, or the store fails.
    pub async fn issue(
        &self,
        tenant: &TenantName,
        scopes: Scopes,
        lifetime: Option<TimeDelta>,
    ) -> Result<IssuedApiKey, IssueApiKeyError> {
        let secret = ApiKeySecret::generate().map_err(|_| IssueApiKeyError::NoRandomness)?;
        self.issue_known(secret, tenant, scopes, lifetime).await
    }

    /// Stores a key that was made elsewhere, such as one fixed for development.
    ///
    /// # Errors
    /// When the lifetime is too long or the store fails.
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

    /// Every key, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list(&self) -> Result<Vec<ApiKeyListing>, StoreError> {
        self.keys.list().await
    }

    /// Revokes a key.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn revoke(&self, id: ApiKeyId) -> Result<Revocation, StoreError> {
        self.keys.revoke(id, self.clock.now()).await
    }
}

#[cfg(test)]
mod tests;
