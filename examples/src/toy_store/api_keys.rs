use async_trait::async_trait;
use chrono::{DateTime, Utc};
use customers_domain::{ApiKey, ApiKeyId, TenantName};
use customers_ports::{ApiKeyListing, ApiKeyRepository, Issued, Revocation, StoreError};

use super::ToyStore;

#[async_trait]
impl ApiKeyRepository for ToyStore {
    async fn find(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        let tables = self.tables();
        let mut keys = tables.api_keys.iter().map(|listing| &listing.key);
        Ok(keys.find(|key| key.id == id).cloned())
    }

    async fn issue(&self, tenant: &TenantName, mut key: ApiKey) -> Result<Issued, StoreError> {
        let keys = &mut self.tables().api_keys;
        if keys.iter().any(|listing| listing.key.id == key.id) {
            return Err(StoreError::defect("an API key of that id is stored"));
        }
        let known = keys
            .iter()
            .find(|listing| listing.tenant == *tenant)
            .map(|listing| listing.key.tenant_id);
        key.tenant_id = known.unwrap_or(key.tenant_id);
        let issued = Issued {
            tenant_id: key.tenant_id,
            tenant_is_new: known.is_none(),
        };
        keys.push(ApiKeyListing {
            key,
            tenant: tenant.clone(),
        });
        Ok(issued)
    }

    async fn list(&self) -> Result<Vec<ApiKeyListing>, StoreError> {
        let mut listings = self.tables().api_keys.clone();
        listings.sort_by_key(|listing| listing.key.created_at);
        Ok(listings)
    }

    async fn revoke(&self, id: ApiKeyId, at: DateTime<Utc>) -> Result<Revocation, StoreError> {
        let mut tables = self.tables();
        let mut keys = tables.api_keys.iter_mut().map(|listing| &mut listing.key);
        Ok(match keys.find(|key| key.id == id) {
            None => Revocation::Unknown,
            Some(key) if key.revoked_at.is_some() => Revocation::AlreadyRevoked,
            Some(key) => {
                key.revoked_at = Some(at);
                Revocation::Revoked
            }
        })
    }
}
