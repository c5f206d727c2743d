//! A store that contains only one API key.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use customers_domain::{
    ApiKey, ApiKeyId, Customer, CustomerChange, CustomerDecision, CustomerEdit, CustomerErasure,
    CustomerId, DecisionId, Scope, Scopes, TenantId, TenantName,
};
use customers_ports::{
    ApiKeyListing, ApiKeyRepository, Conflict, CreateOutcome, Creation, CustomerRepository,
    DecisionOutcome, EditOutcome, ErasureOutcome, FoundCustomer, HistoryQuery, Issued, ListQuery,
    Page, RecordedDecision, Revocation, StoreError, StoreHealth,
};
use customers_use_cases::ApiKeySecret;

/// A store that accepts every create and stores nothing.
pub(crate) struct NullStore {
    key: ApiKey,
}

impl NullStore {
    /// Creates a store with one API key, which has every scope.
    pub(crate) fn with_key(secret: &ApiKeySecret, tenant: TenantId, now: DateTime<Utc>) -> Self {
        Self {
            key: ApiKey {
                id: secret.id(),
                tenant_id: tenant,
                scopes: Scopes::from_iter(Scope::CUSTOMERS),
                secret_hash: secret.hash(),
                created_at: now,
                expires_at: None,
                revoked_at: None,
            },
        }
    }
}

#[async_trait]
impl CustomerRepository for NullStore {
    async fn create(&self, _: TenantId, _: Creation) -> Result<CreateOutcome, StoreError> {
        Ok(CreateOutcome::Created)
    }

    async fn find(&self, _: TenantId, _: CustomerId) -> Result<Option<FoundCustomer>, StoreError> {
        Ok(None)
    }

    async fn list(&self, _: TenantId, query: &ListQuery) -> Result<Page<Customer>, StoreError> {
        Ok(Page::cut(Vec::new(), query.limit))
    }

    async fn update(&self, _: TenantId, _: CustomerEdit) -> Result<EditOutcome, StoreError> {
        Ok(EditOutcome::VersionConflict)
    }

    async fn decide(
        &self,
        _: TenantId,
        _: CustomerDecision,
    ) -> Result<DecisionOutcome, StoreError> {
        Ok(DecisionOutcome::VersionConflict)
    }

    async fn erase(&self, _: TenantId, _: CustomerErasure) -> Result<ErasureOutcome, StoreError> {
        Ok(ErasureOutcome::VersionConflict)
    }

    async fn find_holder(&self, _: TenantId, _: &Customer) -> Result<Option<Conflict>, StoreError> {
        Ok(None)
    }

    async fn history(
        &self,
        _: TenantId,
        _: CustomerId,
        _: HistoryQuery,
    ) -> Result<Option<Page<CustomerChange>>, StoreError> {
        Ok(None)
    }

    async fn find_decision(
        &self,
        _: TenantId,
        _: &DecisionId,
    ) -> Result<Option<RecordedDecision>, StoreError> {
        Ok(None)
    }
}

#[async_trait]
impl ApiKeyRepository for NullStore {
    async fn find(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        Ok((id == self.key.id).then(|| self.key.clone()))
    }

    async fn issue(&self, _: &TenantName, _: ApiKey) -> Result<Issued, StoreError> {
        Err(StoreError::unavailable("this store stores nothing"))
    }

    async fn list(&self) -> Result<Vec<ApiKeyListing>, StoreError> {
        Ok(Vec::new())
    }

    async fn revoke(&self, _: ApiKeyId, _: DateTime<Utc>) -> Result<Revocation, StoreError> {
        Ok(Revocation::Unknown)
    }
}

#[async_trait]
impl StoreHealth for NullStore {
    async fn check(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use customers_test_support::builders::{creation, profile, tenant_id, test_time};
    use customers_use_cases::authenticate;

    use super::*;

    #[tokio::test]
    async fn every_create_succeeds_and_nothing_is_stored() {
        let secret = ApiKeySecret::generate().unwrap();
        let store = NullStore::with_key(&secret, tenant_id(), test_time());
        let tenant = store.key.tenant_id;
        let creation = creation(profile());
        let id = creation.customer().id();
        for _ in 0..2 {
            let outcome = store.create(tenant, creation.clone()).await;
            assert_eq!(outcome, Ok(CreateOutcome::Created));
        }
        assert_eq!(CustomerRepository::find(&store, tenant, id).await, Ok(None));
    }

    #[tokio::test]
    async fn the_key_has_every_scope_and_other_keys_are_unknown() {
        let secret = ApiKeySecret::generate().unwrap();
        let store = NullStore::with_key(&secret, tenant_id(), test_time());
        let found = ApiKeyRepository::find(&store, secret.id()).await.unwrap();
        let key = authenticate(&secret, found.as_ref(), test_time()).unwrap();
        assert!(
            Scope::CUSTOMERS
                .into_iter()
                .all(|scope| key.scopes.contains(scope))
        );
        let other = ApiKeySecret::generate().unwrap();
        assert_eq!(ApiKeyRepository::find(&store, other.id()).await, Ok(None));
    }
}
