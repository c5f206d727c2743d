use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use customers_domain::{ApiKey, ApiKeyId, TenantName};
use customers_ports::{ApiKeyListing, ApiKeyRepository, Issued, Revocation, StoreError};

use super::Operation;

/// Measures the lookups of an [`ApiKeyRepository`]. Other calls are made by command-line commands and are
/// not measured.
pub struct MeasuredApiKeys {
    store: Arc<dyn ApiKeyRepository>,
    find: Operation,
}

impl MeasuredApiKeys {
    /// Wraps a store.
    pub fn new(store: Arc<dyn ApiKeyRepository>) -> Self {
        Self {
            store,
            find: Operation::new("api_keys", "find"),
        }
    }
}

#[async_trait]
impl ApiKeyRepository for MeasuredApiKeys {
    async fn find(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        self.find.measure(self.store.find(id)).await
    }

    async fn issue(&self, tenant: &TenantName, key: ApiKey) -> Result<Issued, StoreError> {
        self.store.issue(tenant, key).await
    }

    async fn list(&self) -> Result<Vec<ApiKeyListing>, StoreError> {
        self.store.list().await
    }

    async fn revoke(&self, id: ApiKeyId, at: DateTime<Utc>) -> Result<Revocation, StoreError> {
        self.store.revoke(id, at).await
    }
}
