mod cost;
mod index;
mod tenant;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use customers_domain::{Customer, CustomerChange, CustomerId, DecisionId, TenantId};
use customers_ports::{
    Conflict, CreateOutcome, Creation, CustomerRepository, FirstAnswer, HistoryQuery,
    IdempotencyClaim, IdempotencyRecords, ListQuery, Page, RecordedDecision, StoreError, Update,
    UpdateOutcome,
};

use self::tenant::{KeyHash, Tenant};
use crate::{InMemoryStore, MemoryLimit};

/// Every tenant's customers, and the order in which idempotency records were made.
#[derive(Default)]
pub(crate) struct Customers {
    tenants: HashMap<TenantId, Tenant>,
    /// Oldest first. Each entry has its record in the tenant's map, and each record one entry.
    records: VecDeque<RecordEntry>,
}

struct RecordEntry {
    recorded_at: DateTime<Utc>,
    tenant: TenantId,
    key_hash: KeyHash,
}

impl Customers {
    /// # Errors
    /// When there is no room for what is to be stored; then nothing is.
    fn create(
        &mut self,
        tenant: TenantId,
        creation: Creation,
        now: DateTime<Utc>,
        limit: &MemoryLimit,
    ) -> Result<CreateOutcome, StoreError> {
        let customers = self.tenants.entry(tenant).or_default();
        if let Some(outcome) = creation.claim.and_then(|claim| customers.replay(&claim)) {
            return Ok(outcome);
        }
        let Creation {
            customer,
            change,
            claim,
        } = creation;
        let known = customers.answer(&customer);
        let to_store = match known {
            None => cost::new_customer(&customer, &change),
            Some(_) => 0,
        };
        limit.reserve(to_store + claim.map_or(0, |_| cost::record()))?;
        let answer = known.unwrap_or_else(|| customers.insert(&customer, &change));
        if let Some(claim) = claim {
            let IdempotencyClaim { key_hash, .. } = claim;
            customers.record(claim, answer);
            self.records.push_back(RecordEntry {
                recorded_at: now,
                tenant,
                key_hash,
            });
        }
        Ok(match answer {
            FirstAnswer::Created(_) => CreateOutcome::Created,
            FirstAnswer::Taken(conflict) => CreateOutcome::Taken(conflict),
        })
    }

    /// # Errors
    /// When there is no room for the customer as it is to be, beside the one that it replaces.
    fn update(
        &mut self,
        tenant: TenantId,
        update: &Update,
        limit: &MemoryLimit,
    ) -> Result<UpdateOutcome, StoreError> {
        let Some(customers) = self.tenants.get_mut(&tenant) else {
            return Ok(UpdateOutcome::VersionConflict);
        };
        let before = match customers.version_before(update) {
            Ok(before) => before,
            Err(outcome) => return Ok(outcome),
        };
        limit.reserve(cost::update(update))?;
        customers.replace(&before, update);
        limit.release(cost::current(&before));
        Ok(UpdateOutcome::Updated)
    }

    fn tenant(&self, id: TenantId) -> Option<&Tenant> {
        self.tenants.get(&id)
    }

    fn sweep(&mut self, made_until: DateTime<Utc>, at_most: u32, limit: &MemoryLimit) -> u32 {
        let mut swept = 0;
        while swept < at_most {
            let Some(oldest) = self
                .records
                .pop_front_if(|oldest| oldest.recorded_at <= made_until)
            else {
                break;
            };
            if let Some(tenant) = self.tenants.get_mut(&oldest.tenant) {
                tenant.forget(&oldest.key_hash);
            }
            limit.release(cost::record());
            swept += 1;
        }
        swept
    }
}

#[async_trait]
impl CustomerRepository for InMemoryStore {
    async fn create(
        &self,
        tenant: TenantId,
        creation: Creation,
    ) -> Result<CreateOutcome, StoreError> {
        let now = self.clock.now();
        self.customers().create(tenant, creation, now, &self.limit)
    }

    async fn find(&self, tenant: TenantId, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        let found = self.customers().tenant(tenant).and_then(|it| it.find(id));
        Ok(found.map(Arc::unwrap_or_clone))
    }

    async fn list(
        &self,
        tenant: TenantId,
        query: &ListQuery,
    ) -> Result<Page<Customer>, StoreError> {
        let found = self.customers().tenant(tenant).map(|it| it.list(query));
        let customers = found.unwrap_or_default().into_iter();
        Ok(Page::cut(
            customers.map(Arc::unwrap_or_clone).collect(),
            query.limit,
        ))
    }

    async fn update(&self, tenant: TenantId, update: Update) -> Result<UpdateOutcome, StoreError> {
        self.customers().update(tenant, &update, &self.limit)
    }

    async fn find_holder(
        &self,
        tenant: TenantId,
        wanted: &Customer,
    ) -> Result<Option<Conflict>, StoreError> {
        let customers = self.customers();
        Ok(customers
            .tenant(tenant)
            .and_then(|tenant| tenant.conflict(wanted)))
    }

    async fn history(
        &self,
        tenant: TenantId,
        id: CustomerId,
        query: HistoryQuery,
    ) -> Result<Option<Page<CustomerChange>>, StoreError> {
        let customers = self.customers();
        let found = customers
            .tenant(tenant)
            .and_then(|tenant| tenant.history(id, query));
        Ok(found.map(|changes| Page::cut(changes, query.limit)))
    }

    async fn find_decision(
        &self,
        tenant: TenantId,
        id: &DecisionId,
    ) -> Result<Option<RecordedDecision>, StoreError> {
        let customers = self.customers();
        Ok(customers
            .tenant(tenant)
            .and_then(|tenant| tenant.decision(id)))
    }
}

#[async_trait]
impl IdempotencyRecords for InMemoryStore {
    async fn sweep(&self, age: TimeDelta, at_most: u32) -> Result<u32, StoreError> {
        // No record is older than the calendar.
        let Some(made_until) = self.clock.now().checked_sub_signed(age) else {
            return Ok(0);
        };
        Ok(self.customers().sweep(made_until, at_most, &self.limit))
    }
}
