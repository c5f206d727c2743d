pub(crate) mod cost;
mod erasure;
mod find_decision;
mod index;
mod records;
mod tenant;

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use customers_domain::{
    Customer, CustomerChange, CustomerDecision, CustomerEdit, CustomerErasure, CustomerId,
    DecisionId, Event, TenantId,
};
use customers_ports::{
    Conflict, CreateOutcome, Creation, CustomerRepository, DecisionOutcome, EarlierRequest,
    EditOutcome, ErasureOutcome, FirstAnswer, FoundCustomer, HistoryQuery, ListQuery, Page,
    RecordedDecision, StoreError,
};

use self::records::Records;
use self::tenant::Tenant;
use crate::feeds::Feeds;
use crate::{InMemoryStore, MemoryLimit};

/// The customers and idempotency records of all tenants.
#[derive(Default)]
pub(crate) struct Customers {
    tenants: HashMap<TenantId, Tenant>,
    pub(crate) records: Records,
    pub(crate) feeds: Feeds,
}

impl Customers {
    /// # Errors
    /// If the memory limit leaves no space for the values. Then nothing is stored.
    fn create(
        &mut self,
        tenant: TenantId,
        creation: Creation,
        now: DateTime<Utc>,
        limit: &MemoryLimit,
    ) -> Result<CreateOutcome, StoreError> {
        let Creation { new, claim } = creation;
        if let Some(earlier) = claim.and_then(|claim| self.records.earlier(tenant, &claim)) {
            return replayed_outcome(&earlier);
        }
        let customers = self.tenants.entry(tenant).or_default();
        let known = customers.outcome_without_write(new.customer());
        let to_store = match known {
            None => cost::new_customer(&new),
            Some(_) => 0,
        };
        limit.reserve(to_store + claim.map_or(0, |_| cost::record()))?;
        let answer = known.unwrap_or_else(|| {
            self.feeds.append(tenant, Event::from(new.change()));
            customers.insert(&new)
        });
        if let Some(claim) = claim {
            self.records.insert(tenant, &claim, answer.to_record(), now);
        }
        Ok(match answer {
            FirstAnswer::Created(_) => CreateOutcome::Created,
            FirstAnswer::Taken(conflict) => CreateOutcome::Taken(conflict),
        })
    }

    /// # Errors
    /// If the memory limit leaves no space for the new customer in addition to the one that it replaces.
    fn update(
        &mut self,
        tenant: TenantId,
        edit: &CustomerEdit,
        limit: &MemoryLimit,
    ) -> Result<EditOutcome, StoreError> {
        let Some(customers) = self.tenants.get_mut(&tenant) else {
            return Ok(EditOutcome::VersionConflict);
        };
        let before = match customers.before_edit(edit) {
            Ok(before) => before,
            Err(outcome) => return Ok(outcome),
        };
        limit.reserve(cost::edit(edit))?;
        customers.edit(&before, edit);
        self.feeds.append(tenant, Event::from(edit.change()));
        limit.release(cost::current(&before));
        Ok(EditOutcome::Updated)
    }

    /// # Errors
    /// As [`Self::update`].
    fn decide(
        &mut self,
        tenant: TenantId,
        decision: &CustomerDecision,
        limit: &MemoryLimit,
    ) -> Result<DecisionOutcome, StoreError> {
        let Some(customers) = self.tenants.get_mut(&tenant) else {
            return Ok(DecisionOutcome::VersionConflict);
        };
        let before = match customers.before_decision(decision) {
            Ok(before) => before,
            Err(outcome) => return Ok(outcome),
        };
        limit.reserve(cost::decision(decision))?;
        customers.decide(&before, decision);
        self.feeds.append(tenant, Event::from(decision.change()));
        limit.release(cost::current(&before));
        Ok(DecisionOutcome::Decided)
    }

    /// Erases also where the limit is reached: an erasure frees more than it takes.
    fn erase(
        &mut self,
        tenant: TenantId,
        erasure: &CustomerErasure,
        limit: &MemoryLimit,
    ) -> ErasureOutcome {
        let Some(customers) = self.tenants.get_mut(&tenant) else {
            return ErasureOutcome::VersionConflict;
        };
        if let Some(outcome) = customers.erasure_conflict(erasure) {
            return outcome;
        }
        limit.release(customers.erase(erasure));
        self.feeds.append(tenant, Event::from(erasure.change()));
        ErasureOutcome::Erased
    }

    fn tenant(&self, id: TenantId) -> Option<&Tenant> {
        self.tenants.get(&id)
    }

    pub(crate) fn sweep(
        &mut self,
        made_until: DateTime<Utc>,
        at_most: u32,
        limit: &MemoryLimit,
    ) -> u32 {
        let mut swept = 0;
        while swept < at_most && self.records.remove_oldest(made_until) {
            limit.release(cost::record());
            swept += 1;
        }
        swept
    }
}

/// Returns the outcome of a create whose idempotency key was used before.
fn replayed_outcome(earlier: &EarlierRequest) -> Result<CreateOutcome, StoreError> {
    match earlier {
        EarlierRequest::Same(outcome) => FirstAnswer::from_record(outcome)
            .map(CreateOutcome::Replayed)
            .ok_or_else(|| StoreError::defect("an idempotency record of a create is unreadable")),
        EarlierRequest::Other => Ok(CreateOutcome::KeyReused),
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

    async fn find(
        &self,
        tenant: TenantId,
        id: CustomerId,
    ) -> Result<Option<FoundCustomer>, StoreError> {
        let (present, erased) = match self.customers().tenant(tenant) {
            Some(customers) => (customers.find(id), customers.erased(id)),
            None => return Ok(None),
        };
        let present = present.map(Arc::unwrap_or_clone);
        Ok(present
            .map(FoundCustomer::Present)
            .or(erased.map(FoundCustomer::Erased)))
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

    async fn update(
        &self,
        tenant: TenantId,
        edit: CustomerEdit,
    ) -> Result<EditOutcome, StoreError> {
        self.customers().update(tenant, &edit, &self.limit)
    }

    async fn decide(
        &self,
        tenant: TenantId,
        decision: CustomerDecision,
    ) -> Result<DecisionOutcome, StoreError> {
        self.customers().decide(tenant, &decision, &self.limit)
    }

    async fn erase(
        &self,
        tenant: TenantId,
        erasure: CustomerErasure,
    ) -> Result<ErasureOutcome, StoreError> {
        Ok(self.customers().erase(tenant, &erasure, &self.limit))
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
