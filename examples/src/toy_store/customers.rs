use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use customers_domain::{Action, Customer, CustomerChange, CustomerId, DecisionId, TenantId};
use customers_ports::{
    Conflict, CreateOutcome, Creation, CustomerFilter, CustomerRepository, FirstAnswer,
    HistoryQuery, ListQuery, Page, RecordedDecision, StoreError, UniqueField, Update,
    UpdateOutcome,
};

use super::idempotency::Record;
use super::{Tables, ToyStore};

/// A version of a customer, with the change that made it.
pub(super) struct Entry {
    tenant: TenantId,
    customer: Customer,
    change: CustomerChange,
}

impl Tables {
    fn entries_of(&self, tenant: TenantId) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries
            .iter()
            .filter(move |entry| entry.tenant == tenant)
    }

    fn customer(&self, tenant: TenantId, id: CustomerId) -> Option<&Customer> {
        let newest_first = self.entries_of(tenant).rev();
        newest_first
            .map(|entry| &entry.customer)
            .find(|customer| customer.id() == id)
    }

    /// The tenant's customers as they are now, in the order of their ids.
    fn customers(&self, tenant: TenantId) -> BTreeMap<CustomerId, &Customer> {
        // Of several versions the last one stays in the map.
        self.entries_of(tenant)
            .map(|entry| (entry.customer.id(), &entry.customer))
            .collect()
    }

    /// Who else has the customer's email, or else its external id.
    fn conflict(&self, tenant: TenantId, wanted: &Customer) -> Option<Conflict> {
        let mut others = self.customers(tenant);
        others.remove(&wanted.id());
        let held_by = |field, holds: &dyn Fn(&Customer) -> bool| {
            let holder = others.values().find(|other| holds(other))?.id();
            Some(Conflict { field, holder })
        };
        let wanted = wanted.profile();
        held_by(UniqueField::Email, &|other| {
            other.profile().email.key() == wanted.email.key()
        })
        .or_else(|| {
            held_by(UniqueField::ExternalId, &|other| {
                wanted.external_id.is_some() && other.profile().external_id == wanted.external_id
            })
        })
    }

    fn decision(&self, tenant: TenantId, id: &DecisionId) -> Option<RecordedDecision> {
        let entry = self
            .entries_of(tenant)
            .find(|entry| entry.change.decision_id.as_ref() == Some(id))?;
        let Action::Transition(verb) = entry.change.action else {
            return None;
        };
        Some(RecordedDecision {
            verb,
            reason: entry.change.reason.clone(),
            customer: entry.customer.clone(),
        })
    }

    fn create(
        &mut self,
        tenant: TenantId,
        creation: Creation,
        now: DateTime<Utc>,
    ) -> CreateOutcome {
        let Creation {
            customer,
            change,
            claim,
        } = creation;
        if let Some(outcome) = claim.and_then(|claim| self.replay(tenant, &claim)) {
            return outcome;
        }
        // It is there already where the caller did not learn what became of its first call.
        let stored = self.customer(tenant, customer.id()).is_some();
        let conflict = self.conflict(tenant, &customer).filter(|_| !stored);
        let answer = conflict.map_or(FirstAnswer::Created(customer.receipt()), FirstAnswer::Taken);
        self.records.extend(claim.map(|claim| Record {
            tenant,
            claim,
            answer,
            recorded_at: now,
        }));
        if let Some(conflict) = conflict {
            return CreateOutcome::Taken(conflict);
        }
        if !stored {
            self.entries.push(Entry {
                tenant,
                customer,
                change,
            });
        }
        CreateOutcome::Created
    }

    fn update(&mut self, tenant: TenantId, update: Update) -> UpdateOutcome {
        let Update { customer, change } = update;
        let stored = |entry: &Entry| entry.change.id == change.id;
        if self.entries_of(tenant).any(stored) {
            // The caller did not learn what became of its first call.
            return UpdateOutcome::Updated;
        }
        let decision_id = change.decision_id.as_ref();
        if decision_id.is_some_and(|id| self.decision(tenant, id).is_some()) {
            return UpdateOutcome::DecisionTaken;
        }
        let before = self.customer(tenant, customer.id());
        if before.is_none_or(|before| before.version().next() != customer.version()) {
            return UpdateOutcome::VersionConflict;
        }
        if let Some(conflict) = self.conflict(tenant, &customer) {
            return UpdateOutcome::Taken(conflict);
        }
        self.entries.push(Entry {
            tenant,
            customer,
            change,
        });
        UpdateOutcome::Updated
    }
}

#[async_trait]
impl CustomerRepository for ToyStore {
    async fn create(
        &self,
        tenant: TenantId,
        creation: Creation,
    ) -> Result<CreateOutcome, StoreError> {
        let now = self.clock.now();
        Ok(self.tables().create(tenant, creation, now))
    }

    async fn find(&self, tenant: TenantId, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        Ok(self.tables().customer(tenant, id).cloned())
    }

    async fn list(
        &self,
        tenant: TenantId,
        query: &ListQuery,
    ) -> Result<Page<Customer>, StoreError> {
        let tables = self.tables();
        let customers = tables.customers(tenant);
        let newest_first = customers.into_values().rev();
        let found = newest_first
            .filter(|customer| query.after.is_none_or(|after| customer.id() < after))
            .filter(|customer| passes(&query.filter, customer))
            .cloned();
        Ok(Page::cut(found.collect(), query.limit))
    }

    async fn update(&self, tenant: TenantId, update: Update) -> Result<UpdateOutcome, StoreError> {
        Ok(self.tables().update(tenant, update))
    }

    async fn find_holder(
        &self,
        tenant: TenantId,
        wanted: &Customer,
    ) -> Result<Option<Conflict>, StoreError> {
        Ok(self.tables().conflict(tenant, wanted))
    }

    async fn history(
        &self,
        tenant: TenantId,
        id: CustomerId,
        query: HistoryQuery,
    ) -> Result<Option<Page<CustomerChange>>, StoreError> {
        let tables = self.tables();
        if tables.customer(tenant, id).is_none() {
            return Ok(None);
        }
        let newest_first = tables.entries_of(tenant).rev();
        let found = newest_first
            .map(|entry| &entry.change)
            .filter(|change| change.customer_id == id)
            .filter(|change| query.after.is_none_or(|after| change.version < after))
            .cloned();
        Ok(Some(Page::cut(found.collect(), query.limit)))
    }

    async fn find_decision(
        &self,
        tenant: TenantId,
        id: &DecisionId,
    ) -> Result<Option<RecordedDecision>, StoreError> {
        Ok(self.tables().decision(tenant, id))
    }
}

/// Whether the customer meets every condition that is present.
fn passes(filter: &CustomerFilter, customer: &Customer) -> bool {
    let CustomerFilter {
        statuses,
        customer_type,
        email,
        phone,
        external_id,
        country,
        created_from,
        created_before,
    } = filter;
    let profile = customer.profile();
    let created_at = customer.state().created_at;
    (statuses.is_empty() || statuses.contains(&customer.status()))
        && customer_type.is_none_or(|it| it == profile.customer_type)
        && email
            .as_ref()
            .is_none_or(|it| it.key() == profile.email.key())
        && phone.as_ref().is_none_or(|it| *it == profile.phone)
        && (external_id.is_none() || *external_id == profile.external_id)
        && country.is_none_or(|it| it == profile.billing_address.country)
        && created_from.is_none_or(|from| from <= created_at)
        && created_before.is_none_or(|before| created_at < before)
}
