use std::sync::Arc;

use customers_domain::{
    Customer, CustomerChange, CustomerErasure, CustomerId, DecisionId, TenantId, Version,
};
use customers_ports::{
    ApiKeyRepository, Conflict, CreateOutcome, Creation, CustomerFilter, CustomerRepository,
    ErasureOutcome, FoundCustomer, HistoryQuery, IdempotencyRecords, ListOrder, ListQuery, Page,
    RecordedDecision, StoreHealth,
};

use super::change::{Change, ChangeOutcome};
use crate::builders;

/// The ports of one store under test. It is empty when a case starts.
#[derive(Clone)]
pub struct Stores {
    /// Customers.
    pub customers: Arc<dyn CustomerRepository>,
    /// API keys and their tenants.
    pub api_keys: Arc<dyn ApiKeyRepository>,
    /// Cleanup of idempotency records.
    pub idempotency: Arc<dyn IdempotencyRecords>,
    /// Health check.
    pub health: Arc<dyn StoreHealth>,
}

impl Stores {
    /// Creates the ports of a store that implements all of them.
    pub fn of<S>(store: Arc<S>) -> Self
    where
        S: CustomerRepository + ApiKeyRepository + IdempotencyRecords + StoreHealth + 'static,
    {
        Self {
            customers: store.clone(),
            api_keys: store.clone(),
            idempotency: store.clone(),
            health: store,
        }
    }

    /// Creates a tenant with its first key, as operators do.
    pub(crate) async fn tenant(&self) -> TenantId {
        let key = builders::api_key(builders::tenant_id());
        self.api_keys
            .issue(&builders::tenant_name(), key)
            .await
            .expect("a key is issued")
            .tenant_id
    }

    pub(crate) async fn create(&self, tenant: TenantId, creation: &Creation) -> CreateOutcome {
        self.customers
            .create(tenant, creation.clone())
            .await
            .expect("the store answers a create")
    }

    /// Creates a customer without a conflict, and returns its id.
    pub(crate) async fn created(&self, tenant: TenantId, creation: &Creation) -> CustomerId {
        let outcome = self.create(tenant, creation).await;
        assert_eq!(outcome, CreateOutcome::Created);
        creation.customer().id()
    }

    /// Finds a customer that exists.
    pub(crate) async fn find(&self, tenant: TenantId, id: CustomerId) -> Option<Customer> {
        let found = self.find_or_remains(tenant, id).await;
        found.and_then(FoundCustomer::present)
    }

    pub(crate) async fn find_or_remains(
        &self,
        tenant: TenantId,
        id: CustomerId,
    ) -> Option<FoundCustomer> {
        self.customers
            .find(tenant, id)
            .await
            .expect("the store answers a find")
    }

    pub(crate) async fn erase(
        &self,
        tenant: TenantId,
        erasure: &CustomerErasure,
    ) -> ErasureOutcome {
        self.customers
            .erase(tenant, erasure.clone())
            .await
            .expect("the store answers an erasure")
    }

    /// Creates a customer and returns it.
    pub(crate) async fn customer(&self, tenant: TenantId, creation: Creation) -> Customer {
        self.created(tenant, &creation).await;
        creation.customer().clone()
    }

    pub(crate) async fn update(
        &self,
        tenant: TenantId,
        change: &(impl Into<Change> + Clone),
    ) -> ChangeOutcome {
        match change.clone().into() {
            Change::Edit(edit) => {
                let outcome = self.customers.update(tenant, edit).await;
                outcome.expect("the store answers an edit").into()
            }
            Change::Decision(decision) => {
                let outcome = self.customers.decide(tenant, decision).await;
                outcome.expect("the store answers a decision").into()
            }
        }
    }

    /// Stores a change without a conflict, and returns the customer after it.
    pub(crate) async fn updated(&self, tenant: TenantId, change: impl Into<Change>) -> Customer {
        let change = change.into();
        assert_eq!(self.update(tenant, &change).await, ChangeOutcome::Stored);
        change.customer().clone()
    }

    pub(crate) async fn list(&self, tenant: TenantId, query: &ListQuery) -> Page<Customer> {
        self.customers
            .list(tenant, query)
            .await
            .expect("the store answers a list")
    }

    /// Returns every customer that matches the filter, on one page.
    pub(crate) async fn all(&self, tenant: TenantId, filter: CustomerFilter) -> Vec<Customer> {
        let query = ListQuery {
            filter,
            order: ListOrder::NewestFirst,
            after: None,
            limit: 10_000,
        };
        let page = self.list(tenant, &query).await;
        assert!(!page.has_more, "one page holds all");
        page.items
    }

    pub(crate) async fn history(
        &self,
        tenant: TenantId,
        id: CustomerId,
        after: Option<Version>,
        limit: u32,
    ) -> Option<Page<CustomerChange>> {
        self.customers
            .history(tenant, id, HistoryQuery { after, limit })
            .await
            .expect("the store answers a history")
    }

    /// Returns every change of an existing customer, newest first.
    pub(crate) async fn changes(&self, tenant: TenantId, id: CustomerId) -> Vec<CustomerChange> {
        let page = self.history(tenant, id, None, 10_000).await;
        let page = page.expect("the customer exists");
        assert!(!page.has_more, "one page holds all");
        page.items
    }

    pub(crate) async fn find_holder(
        &self,
        tenant: TenantId,
        wanted: &Customer,
    ) -> Option<Conflict> {
        self.customers
            .find_holder(tenant, wanted)
            .await
            .expect("the store answers who the holder is")
    }

    pub(crate) async fn find_decision(
        &self,
        tenant: TenantId,
        id: &str,
    ) -> Option<RecordedDecision> {
        let id: DecisionId = builders::parse(id);
        self.customers
            .find_decision(tenant, &id)
            .await
            .expect("the store answers a find of a decision")
    }
}
