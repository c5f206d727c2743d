use std::collections::HashMap;
use std::sync::PoisonError;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use customers_domain::{ApiKey, ApiKeyId, TenantId, TenantName};
use customers_ports::{ApiKeyListing, ApiKeyRepository, Issued, Revocation, StoreError};

use crate::size::{element, hash_entry, text};
use crate::{InMemoryStore, MemoryLimit};

/// All tenant names and all keys.
#[derive(Default)]
pub(crate) struct ApiKeys {
    tenants: HashMap<String, TenantId>,
    /// In order of insertion.
    listings: Vec<ApiKeyListing>,
    /// Index of each key in the list.
    positions: HashMap<ApiKeyId, usize>,
}

impl ApiKeys {
    fn find(&self, id: ApiKeyId) -> Option<&ApiKey> {
        let place = *self.positions.get(&id)?;
        self.listings.get(place).map(|listing| &listing.key)
    }

    fn issue(
        &mut self,
        tenant: &TenantName,
        mut key: ApiKey,
        limit: &MemoryLimit,
    ) -> Result<Issued, StoreError> {
        if self.positions.contains_key(&key.id) {
            return Err(StoreError::defect("an API key of that id is stored"));
        }
        limit.reserve(cost(tenant))?;
        let known = self.tenants.get(tenant.expose()).copied();
        let tenant_id = known.unwrap_or(key.tenant_id);
        self.tenants.insert(tenant.expose().to_owned(), tenant_id);
        key.tenant_id = tenant_id;
        self.positions.insert(key.id, self.listings.len());
        self.listings.push(ApiKeyListing {
            key,
            tenant: tenant.clone(),
        });
        Ok(Issued {
            tenant_id,
            tenant_is_new: known.is_none(),
        })
    }

    fn revoke(&mut self, id: ApiKeyId, at: DateTime<Utc>) -> Revocation {
        let place = self.positions.get(&id);
        let Some(listing) = place.and_then(|place| self.listings.get_mut(*place)) else {
            return Revocation::Unknown;
        };
        if listing.key.revoked_at.is_some() {
            return Revocation::AlreadyRevoked;
        }
        listing.key.revoked_at = Some(at);
        Revocation::Revoked
    }
}

/// Memory cost of a key and its tenant, which may be new.
fn cost(tenant: &TenantName) -> usize {
    let tenant = hash_entry::<String, TenantId>() + 2 * text(tenant.expose());
    let key = hash_entry::<ApiKeyId, usize>() + element::<ApiKeyListing>();
    tenant + key + TENANT_BYTES
}

/// Upper bound of the memory of a tenant without customers, in bytes.
const TENANT_BYTES: usize = 1024;

#[async_trait]
impl ApiKeyRepository for InMemoryStore {
    async fn find(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        let keys = self.api_keys.read().unwrap_or_else(PoisonError::into_inner);
        Ok(keys.find(id).cloned())
    }

    async fn issue(&self, tenant: &TenantName, key: ApiKey) -> Result<Issued, StoreError> {
        let mut keys = self
            .api_keys
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        keys.issue(tenant, key, &self.limit)
    }

    async fn list(&self) -> Result<Vec<ApiKeyListing>, StoreError> {
        let keys = self.api_keys.read().unwrap_or_else(PoisonError::into_inner);
        let mut listings = keys.listings.clone();
        listings.sort_by_key(|listing| listing.key.created_at);
        Ok(listings)
    }

    async fn revoke(&self, id: ApiKeyId, at: DateTime<Utc>) -> Result<Revocation, StoreError> {
        let mut keys = self
            .api_keys
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(keys.revoke(id, at))
    }
}
