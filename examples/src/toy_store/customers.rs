use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use customers_domain::{
    Customer, CustomerChange, CustomerDecision, CustomerEdit, CustomerErasure, CustomerId,
    DecisionId, ErasedCustomer, TenantId,
};
use customers_ports::{
    Conflict, CreateOutcome, Creation, CustomerFilter, CustomerRepository, DecisionOutcome,
    EditOutcome, ErasureOutcome, FirstAnswer, FoundCustomer, HistoryQuery, ListOrder, ListQuery,
    MadeDecision, Page, RecordedDecision, StoreError, UniqueField,
};

use super::idempotency::Record;
use super::{Tables, ToyStore};

/// A version of a customer, with the change that created it.
pub(super) struct Entry {
    tenant: TenantId,
    /// `None` if the customer was erased.
    customer: Option<Customer>,
    change: CustomerChange,
}

/// A decision with an id, and its tenant.
pub(super) struct Decision {
    tenant: TenantId,
    id: DecisionId,
    recorded: RecordedDecision,
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
            .filter_map(|entry| entry.customer.as_ref())
            .find(|customer| customer.id() == id)
    }

    /// Returns what remains of an erased customer.
    fn erased(&self, tenant: TenantId, id: CustomerId) -> Option<ErasedCustomer> {
        let mut erased = self.erased.iter();
        let found = erased.find(|(of, erased)| *of == tenant && erased.id == id);
        found.map(|(_, erased)| *erased)
    }

    /// Returns the current customers of a tenant, ordered by id.
    fn customers(&self, tenant: TenantId) -> BTreeMap<CustomerId, &Customer> {
        // The last version of each customer stays in the map.
        self.entries_of(tenant)
            .filter_map(|entry| entry.customer.as_ref())
            .map(|customer| (customer.id(), customer))
            .collect()
    }

    /// Returns the other customer that holds the email, or otherwise the external id.
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

    fn decision(&self, tenant: TenantId, id: &DecisionId) -> Option<&RecordedDecision> {
        let mut decisions = self.decisions.iter();
        let found = decisions.find(|decision| decision.tenant == tenant && decision.id == *id);
        found.map(|decision| &decision.recorded)
    }

    /// Returns whether this change is already stored, because the call is a retry.
    fn is_stored(&self, tenant: TenantId, change: &CustomerChange) -> bool {
        self.entries_of(tenant)
            .any(|entry| entry.change.id == change.id)
    }

    /// Returns whether the stored version is the predecessor of this one.
    fn is_next(&self, tenant: TenantId, customer: &Customer) -> bool {
        self.customer(tenant, customer.id())
            .is_some_and(|before| before.version().next() == customer.version())
    }

    fn create(
        &mut self,
        tenant: TenantId,
        creation: Creation,
        now: DateTime<Utc>,
    ) -> CreateOutcome {
        let Creation { new, claim } = creation;
        let (customer, change) = new.into_parts();
        if let Some(outcome) = claim.and_then(|claim| self.replay(tenant, &claim)) {
            return outcome;
        }
        // The call is a retry if the customer is already stored.
        let stored = self.is_stored(tenant, &change);
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
                customer: Some(customer),
                change,
            });
        }
        CreateOutcome::Created
    }

    fn update(&mut self, tenant: TenantId, edit: CustomerEdit) -> EditOutcome {
        let (customer, change) = edit.into_parts();
        if self.is_stored(tenant, &change) {
            return EditOutcome::Updated;
        }
        if let Some(erased) = self.erased(tenant, customer.id()) {
            return EditOutcome::Erased(erased);
        }
        if !self.is_next(tenant, &customer) {
            return EditOutcome::VersionConflict;
        }
        if let Some(conflict) = self.conflict(tenant, &customer) {
            return EditOutcome::Taken(conflict);
        }
        self.entries.push(Entry {
            tenant,
            customer: Some(customer),
            change,
        });
        EditOutcome::Updated
    }

    fn decide(&mut self, tenant: TenantId, decision: CustomerDecision) -> DecisionOutcome {
        let verb = decision.verb();
        let (customer, change) = decision.into_parts();
        if self.is_stored(tenant, &change) {
            return DecisionOutcome::Decided;
        }
        let id = change.decision_id.clone();
        if id
            .as_ref()
            .is_some_and(|id| self.decision(tenant, id).is_some())
        {
            return DecisionOutcome::DecisionTaken;
        }
        if let Some(erased) = self.erased(tenant, customer.id()) {
            return DecisionOutcome::Erased(erased);
        }
        if !self.is_next(tenant, &customer) {
            return DecisionOutcome::VersionConflict;
        }
        self.decisions.extend(id.map(|id| Decision {
            tenant,
            id,
            recorded: RecordedDecision::Made(MadeDecision {
                verb,
                reason: change.reason.clone(),
                customer: customer.clone(),
            }),
        }));
        self.entries.push(Entry {
            tenant,
            customer: Some(customer),
            change,
        });
        DecisionOutcome::Decided
    }

    fn erase(&mut self, tenant: TenantId, erasure: CustomerErasure) -> ErasureOutcome {
        let (erased, change) = erasure.into_parts();
        if self.is_stored(tenant, &change) {
            return ErasureOutcome::Erased;
        }
        let id = change.decision_id.as_ref();
        if id.is_some_and(|id| self.decision(tenant, id).is_some()) {
            return ErasureOutcome::DecisionTaken;
        }
        if let Some(earlier) = self.erased(tenant, erased.id) {
            return ErasureOutcome::AlreadyErased(earlier);
        }
        let before = self.customer(tenant, erased.id);
        if before.is_none_or(|before| before.version().next() != erased.version) {
            return ErasureOutcome::VersionConflict;
        }
        let entries = self.entries.iter_mut();
        for entry in entries.filter(|entry| entry.change.customer_id == erased.id) {
            entry.customer = None;
            entry.change.reason = None;
        }
        for decision in &mut self.decisions {
            if matches!(&decision.recorded, RecordedDecision::Made(made) if made.customer.id() == erased.id)
            {
                decision.recorded = RecordedDecision::OfErased(erased);
            }
        }
        self.decisions.extend(id.map(|id| Decision {
            tenant,
            id: id.clone(),
            recorded: RecordedDecision::Erasure(erased),
        }));
        self.erased.push((tenant, erased));
        self.entries.push(Entry {
            tenant,
            customer: None,
            change,
        });
        ErasureOutcome::Erased
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

    async fn find(
        &self,
        tenant: TenantId,
        id: CustomerId,
    ) -> Result<Option<FoundCustomer>, StoreError> {
        let tables = self.tables();
        let present = tables.customer(tenant, id).cloned();
        let erased = tables.erased(tenant, id);
        Ok(present
            .map(FoundCustomer::Present)
            .or(erased.map(FoundCustomer::Erased)))
    }

    async fn list(
        &self,
        tenant: TenantId,
        query: &ListQuery,
    ) -> Result<Page<Customer>, StoreError> {
        let tables = self.tables();
        let customers = tables.customers(tenant);
        let mut found: Vec<Customer> = customers.into_values().cloned().collect();
        if query.order == ListOrder::NewestFirst {
            found.reverse();
        }
        // By comparison, because the last customer of the previous page may have been erased.
        found.retain(|customer| {
            let is_next = query.after.is_none_or(|last| match query.order {
                ListOrder::NewestFirst => customer.id() < last,
                ListOrder::OldestFirst => customer.id() > last,
            });
            is_next && matches_filter(&query.filter, customer)
        });
        Ok(Page::cut(found, query.limit))
    }

    async fn update(
        &self,
        tenant: TenantId,
        edit: CustomerEdit,
    ) -> Result<EditOutcome, StoreError> {
        Ok(self.tables().update(tenant, edit))
    }

    async fn decide(
        &self,
        tenant: TenantId,
        decision: CustomerDecision,
    ) -> Result<DecisionOutcome, StoreError> {
        Ok(self.tables().decide(tenant, decision))
    }

    async fn erase(
        &self,
        tenant: TenantId,
        erasure: CustomerErasure,
    ) -> Result<ErasureOutcome, StoreError> {
        Ok(self.tables().erase(tenant, erasure))
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
        let entries = tables.entries_of(tenant).map(|entry| &entry.change);
        let mut newest_first = entries
            .rev()
            .filter(|change| change.customer_id == id)
            .peekable();
        if newest_first.peek().is_none() {
            return Ok(None);
        }
        let found = newest_first
            .filter(|change| query.after.is_none_or(|after| change.version < after))
            .cloned();
        Ok(Some(Page::cut(found.collect(), query.limit)))
    }

    async fn find_decision(
        &self,
        tenant: TenantId,
        id: &DecisionId,
    ) -> Result<Option<RecordedDecision>, StoreError> {
        Ok(self.tables().decision(tenant, id).cloned())
    }
}

/// Returns whether the customer meets every condition that is present.
fn matches_filter(filter: &CustomerFilter, customer: &Customer) -> bool {
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
