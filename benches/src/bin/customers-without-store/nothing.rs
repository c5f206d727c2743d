//! Ports behind which there is nothing but one API key.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use customers_domain::{
    ApiKey, ApiKeyId, Customer, CustomerChange, CustomerDecision, CustomerEdit, CustomerId,
    DecisionId, Scope, Scopes, TenantId, TenantName,
};
use customers_ports::{
    ApiKeyListing, ApiKeyRepository, Conflict, CreateOutcome, Creation, CustomerRepository,
    DecisionOutcome, EditOutcome, HistoryQuery, Issued, ListQuery, Page, RecordedDecision,
    Revocation, StoreError, StoreHealth,
};
use customers_use_cases::ApiKeySecret;

/// A store that says yes to every create and keeps none.
pub(crate) struct Nothing {
    key: ApiKey,
}

impl Nothing {
    /// A store that knows that key alone, which may do everything.
    pub(crate) fn but_the_key(secret: &ApiKeySecret, tenant: TenantId, now: DateTime<Utc>) -> Self {
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
impl CustomerRepository for Nothing {
    async fn create(&self, _: TenantId, _: Creation) -> Result<CreateOutcome, StoreError> {
        Ok(CreateOutcome::Created)
    }

    async fn find(&self, _: TenantId, _: CustomerId) -> Result<Option<Customer>, StoreError> {
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
impl ApiKeyRepository for Nothing {
    async fn find(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        Ok((id == self.key.id).then(|| self.key.clone()))
    }

    async fn issue(&self, _: &TenantName, _: ApiKey) -> Result<Issued, StoreError> {
        Err(StoreError::unavailable("nothing is kept here"))
    }

    async fn list(&self) -> Result<Vec<ApiKeyListing>, StoreError> {
        Ok(Vec::new())
    }

    async fn revoke(&self, _: ApiKeyId, _: DateTime<Utc>) -> Result<Revocation, StoreError> {
        Ok(Revocation::Unknown)
    }
}

#[async_trait]
impl StoreHealth for Nothing {
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
    async fn every_create_is_answered_and_none_is_kept() {
        let secret = ApiKeySecret::generate().unwrap();
        let nothing = Nothing::but_the_key(&secret, tenant_id(), test_time());
        let tenant = nothing.key.tenant_id;
        let creation = creation(profile());
        let id = creation.customer().id();
        for _ in 0..2 {
            let outcome = nothing.create(tenant, creation.clone()).await;
            assert_eq!(outcome, Ok(CreateOutcome::Created));
        }
        assert_eq!(
            CustomerRepository::find(&nothing, tenant, id).await,
            Ok(None)
        );
    }

    #[tokio::test]
    async fn the_one_key_may_do_everything_and_another_is_unknown() {
        let secret = ApiKeySecret::generate().unwrap();
        let nothing = Nothing::but_the_key(&secret, tenant_id(), test_time());
        let found = ApiKeyRepository::find(&nothing, secret.id()).await.unwrap();
        let key = authenticate(&secret, found.as_ref(), test_time()).unwrap();
        assert!(
            Scope::CUSTOMERS
                .into_iter()
                .all(|scope| key.scopes.contains(scope))
        );
        let other = ApiKeySecret::generate().unwrap();
        assert_eq!(ApiKeyRepository::find(&nothing, other.id()).await, Ok(None));
    }
}
