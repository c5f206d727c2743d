use std::sync::Arc;

use async_trait::async_trait;
use customers_domain::{
    Customer, CustomerChange, CustomerDecision, CustomerEdit, CustomerErasure, CustomerId,
    DecisionId, TenantId,
};
use customers_ports::{
    Conflict, CreateOutcome, Creation, CustomerRepository, DecisionOutcome, EditOutcome,
    ErasureOutcome, EventSignal, FoundCustomer, HistoryQuery, ListQuery, Page, RecordedDecision,
    StoreError,
};

/// Signals each stored change of a customer.
pub struct SignallingCustomers {
    customers: Arc<dyn CustomerRepository>,
    signal: Arc<dyn EventSignal>,
}

impl SignallingCustomers {
    /// Wraps a repository.
    pub fn new(customers: Arc<dyn CustomerRepository>, signal: Arc<dyn EventSignal>) -> Self {
        Self { customers, signal }
    }
}

#[async_trait]
impl CustomerRepository for SignallingCustomers {
    async fn create(
        &self,
        tenant: TenantId,
        creation: Creation,
    ) -> Result<CreateOutcome, StoreError> {
        let outcome = self.customers.create(tenant, creation).await?;
        if outcome == CreateOutcome::Created {
            self.signal.appended(tenant);
        }
        Ok(outcome)
    }

    async fn find(
        &self,
        tenant: TenantId,
        id: CustomerId,
    ) -> Result<Option<FoundCustomer>, StoreError> {
        self.customers.find(tenant, id).await
    }

    async fn list(
        &self,
        tenant: TenantId,
        query: &ListQuery,
    ) -> Result<Page<Customer>, StoreError> {
        self.customers.list(tenant, query).await
    }

    async fn update(
        &self,
        tenant: TenantId,
        edit: CustomerEdit,
    ) -> Result<EditOutcome, StoreError> {
        let outcome = self.customers.update(tenant, edit).await?;
        if outcome == EditOutcome::Updated {
            self.signal.appended(tenant);
        }
        Ok(outcome)
    }

    async fn decide(
        &self,
        tenant: TenantId,
        decision: CustomerDecision,
    ) -> Result<DecisionOutcome, StoreError> {
        let outcome = self.customers.decide(tenant, decision).await?;
        if outcome == DecisionOutcome::Decided {
            self.signal.appended(tenant);
        }
        Ok(outcome)
    }

    async fn erase(
        &self,
        tenant: TenantId,
        erasure: CustomerErasure,
    ) -> Result<ErasureOutcome, StoreError> {
        let outcome = self.customers.erase(tenant, erasure).await?;
        if outcome == ErasureOutcome::Erased {
            self.signal.appended(tenant);
        }
        Ok(outcome)
    }

    async fn find_holder(
        &self,
        tenant: TenantId,
        wanted: &Customer,
    ) -> Result<Option<Conflict>, StoreError> {
        self.customers.find_holder(tenant, wanted).await
    }

    async fn history(
        &self,
        tenant: TenantId,
        id: CustomerId,
        query: HistoryQuery,
    ) -> Result<Option<Page<CustomerChange>>, StoreError> {
        self.customers.history(tenant, id, query).await
    }

    async fn find_decision(
        &self,
        tenant: TenantId,
        id: &DecisionId,
    ) -> Result<Option<RecordedDecision>, StoreError> {
        self.customers.find_decision(tenant, id).await
    }
}
