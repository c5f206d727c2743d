use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use customers_domain::{
    Customer, CustomerChange, CustomerDecision, CustomerEdit, CustomerId, ErasedCustomer,
    ExternalId, NewCustomer, Profile, Reason, Verb, Version,
};
use customers_ports::{
    Conflict, CustomerFilter, DecisionOutcome, EditOutcome, FirstAnswer, HistoryQuery, ListOrder,
    ListQuery, UniqueField,
};

use super::index::{IdRange, Index, conditions};

/// The data of one tenant. Each operation is checked first, and then written by steps that cannot fail.
#[derive(Default)]
pub(super) struct Tenant {
    pub(super) customers: BTreeMap<CustomerId, Entry>,
    /// Erased customers.
    pub(super) remains: HashMap<CustomerId, Remains>,
    pub(super) index: Index,
    email_holders: HashMap<String, CustomerId>,
    external_id_holders: HashMap<String, CustomerId>,
    pub(super) decisions: HashMap<String, Decision>,
}

pub(super) struct Entry {
    /// Shared, so that readers copy it after the lock is released.
    pub(super) customer: Arc<Customer>,
    /// Oldest first. Version `n` is at index `n - 1`.
    pub(super) changes: Vec<CustomerChange>,
}

/// What the tenant keeps of an erased customer.
pub(super) struct Remains {
    pub(super) erased: ErasedCustomer,
    /// Oldest first, without reasons.
    pub(super) changes: Vec<CustomerChange>,
}

/// What was done under a decision id.
pub(super) enum Decision {
    /// A verb was carried out on a customer that still exists.
    Made(Made),
    /// This customer was erased.
    Erasure(CustomerId),
    /// A verb was carried out on this customer, which was erased later.
    OfErased(CustomerId),
}

pub(super) struct Made {
    pub(super) verb: Verb,
    pub(super) reason: Option<Reason>,
    pub(super) customer: Arc<Customer>,
}

impl Tenant {
    /// Returns the outcome of a create that stores nothing: the same customer is already stored, or another one holds a
    /// unique value.
    pub(super) fn outcome_without_write(&self, customer: &Customer) -> Option<FirstAnswer> {
        // A retry of a call whose outcome the client did not learn.
        let id = customer.id();
        if self.customers.contains_key(&id) || self.remains.contains_key(&id) {
            return Some(FirstAnswer::Created(customer.receipt()));
        }
        self.conflict(customer).map(FirstAnswer::Taken)
    }

    /// Stores a new customer that has no conflict. It stores a copy, which has no spare capacity.
    pub(super) fn insert(&mut self, new: &NewCustomer) -> FirstAnswer {
        let customer = new.customer();
        self.hold(customer);
        self.index.insert(customer);
        let entry = Entry {
            customer: Arc::new(customer.clone()),
            changes: vec![new.change().clone()],
        };
        self.customers.insert(customer.id(), entry);
        FirstAnswer::Created(customer.receipt())
    }

    /// Returns the customer that an edit replaces.
    ///
    /// # Errors
    /// The outcome if the edit must not be stored.
    pub(super) fn before_edit(&self, edit: &CustomerEdit) -> Result<Arc<Customer>, EditOutcome> {
        if self.holds(edit.change()) {
            return Err(EditOutcome::Updated);
        }
        if let Some(erased) = self.erased(edit.customer().id()) {
            return Err(EditOutcome::Erased(erased));
        }
        let before = self.version_before(edit.customer());
        let before = before.ok_or(EditOutcome::VersionConflict)?;
        match self.conflict(edit.customer()) {
            Some(conflict) => Err(EditOutcome::Taken(conflict)),
            None => Ok(before),
        }
    }

    /// Returns the customer that a decision replaces.
    ///
    /// # Errors
    /// The outcome if the decision must not be stored.
    pub(super) fn before_decision(
        &self,
        decision: &CustomerDecision,
    ) -> Result<Arc<Customer>, DecisionOutcome> {
        if self.holds(decision.change()) {
            return Err(DecisionOutcome::Decided);
        }
        let id = decision.change().decision_id.as_ref();
        if id.is_some_and(|id| self.decisions.contains_key(id.as_str())) {
            return Err(DecisionOutcome::DecisionTaken);
        }
        if let Some(erased) = self.erased(decision.customer().id()) {
            return Err(DecisionOutcome::Erased(erased));
        }
        let before = self.version_before(decision.customer());
        before.ok_or(DecisionOutcome::VersionConflict)
    }

    /// Returns whether this change is already stored, because the call is a retry.
    fn holds(&self, change: &CustomerChange) -> bool {
        let stored = self.changes(change.customer_id);
        let stored = stored.and_then(|changes| changes.get(index_of(change.version)));
        stored.is_some_and(|stored| stored.id == change.id)
    }

    /// Returns the stored customer if its version is the predecessor of that of `after`.
    fn version_before(&self, after: &Customer) -> Option<Arc<Customer>> {
        self.find(after.id())
            .filter(|before| before.version().next() == after.version())
    }

    /// Stores an edit that passed [`Self::before_edit`], as a copy like [`Self::insert`].
    pub(super) fn edit(&mut self, before: &Customer, edit: &CustomerEdit) {
        self.replace(before, Arc::new(edit.customer().clone()), edit.change());
    }

    /// Stores a decision that passed [`Self::before_decision`], as a copy like [`Self::insert`].
    pub(super) fn decide(&mut self, before: &Customer, decision: &CustomerDecision) {
        let (change, after) = (decision.change(), Arc::new(decision.customer().clone()));
        if let Some(id) = &change.decision_id {
            let made = Made {
                verb: decision.verb(),
                reason: change.reason.clone(),
                customer: Arc::clone(&after),
            };
            self.decisions
                .insert(id.as_str().to_owned(), Decision::Made(made));
        }
        self.replace(before, after, change);
    }

    fn replace(&mut self, before: &Customer, after: Arc<Customer>, change: &CustomerChange) {
        self.release(before);
        self.hold(&after);
        self.index.replace(before, &after);
        if let Some(entry) = self.customers.get_mut(&before.id()) {
            entry.customer = after;
            entry.changes.push(change.clone());
        }
    }

    /// Returns the other customer that holds the email, or otherwise the external id.
    pub(super) fn conflict(&self, customer: &Customer) -> Option<Conflict> {
        let (email_key, external_id) = unique(customer.profile());
        let by_another = |field, holder: Option<&CustomerId>| {
            holder
                .filter(|holder| **holder != customer.id())
                .map(|&holder| Conflict { field, holder })
        };
        let email_holder = self.email_holders.get(&email_key);
        by_another(UniqueField::Email, email_holder).or_else(|| {
            let holder = self.external_id_holders.get(external_id?);
            by_another(UniqueField::ExternalId, holder)
        })
    }

    fn hold(&mut self, customer: &Customer) {
        let (email_key, external_id) = unique(customer.profile());
        self.email_holders.insert(email_key, customer.id());
        if let Some(external_id) = external_id {
            self.external_id_holders
                .insert(external_id.to_owned(), customer.id());
        }
    }

    pub(super) fn release(&mut self, customer: &Customer) {
        let (email_key, external_id) = unique(customer.profile());
        self.email_holders.remove(&email_key);
        if let Some(external_id) = external_id {
            self.external_id_holders.remove(external_id);
        }
    }

    pub(super) fn find(&self, id: CustomerId) -> Option<Arc<Customer>> {
        let entry = self.customers.get(&id)?;
        Some(Arc::clone(&entry.customer))
    }

    /// Returns up to one more customer than the limit.
    pub(super) fn list(&self, query: &ListQuery) -> Vec<Arc<Customer>> {
        let mut span = IdRange::of(query);
        let conditions = conditions(&query.filter);
        let wanted = one_more(query.limit);
        if span.is_empty() {
            return Vec::new();
        }
        if let [holder, others @ ..] = &self.holders_of_unique_values(&query.filter)[..] {
            let holder = holder.filter(|_| others.iter().all(|other| other == holder));
            return holder
                .filter(|id| span.contains(*id) && self.index.meets(*id, &conditions))
                .and_then(|id| self.find(id))
                .filter(|customer| was_created_in_range(&query.filter, customer))
                .into_iter()
                .collect();
        }
        if conditions.is_empty() {
            let customers = self.customers.range(span.from..span.until);
            let customers = customers
                .map(|(_, entry)| &entry.customer)
                .filter(|customer| was_created_in_range(&query.filter, customer));
            return match query.order {
                ListOrder::NewestFirst => customers.rev().take(wanted).cloned().collect(),
                ListOrder::OldestFirst => customers.take(wanted).cloned().collect(),
            };
        }
        let mut found = Vec::new();
        while found.len() < wanted
            && let Some(id) = self.index.first(&conditions, span, query.order)
        {
            let customer = self.find(id);
            found.extend(customer.filter(|it| was_created_in_range(&query.filter, it)));
            span = span.after(id, query.order);
        }
        found
    }

    /// Returns the holder of each unique value in the filter.
    fn holders_of_unique_values(&self, filter: &CustomerFilter) -> Vec<Option<CustomerId>> {
        let of_email = filter
            .email
            .as_ref()
            .map(|email| self.email_holders.get(email.key().expose()).copied());
        let of_external_id = filter
            .external_id
            .as_ref()
            .map(|id| self.external_id_holders.get(id.expose()).copied());
        of_email.into_iter().chain(of_external_id).collect()
    }

    /// Returns up to one more change than the limit.
    pub(super) fn history(
        &self,
        id: CustomerId,
        query: HistoryQuery,
    ) -> Option<Vec<CustomerChange>> {
        let changes = self.changes(id)?;
        let older = query.after.map_or(changes.len(), index_of);
        let newest_first = changes.iter().take(older).rev();
        Some(newest_first.take(one_more(query.limit)).cloned().collect())
    }

    /// The changes of a customer, oldest first, also if it was erased.
    fn changes(&self, id: CustomerId) -> Option<&[CustomerChange]> {
        let present = self.customers.get(&id).map(|entry| &entry.changes);
        let changes = present.or_else(|| self.remains.get(&id).map(|remains| &remains.changes));
        changes.map(Vec::as_slice)
    }
}

/// Returns the index of the change that created this version.
fn index_of(version: Version) -> usize {
    let before = version.number() - Version::FIRST.number();
    usize::try_from(before).unwrap_or(usize::MAX)
}

fn one_more(limit: u32) -> usize {
    usize::try_from(limit).map_or(usize::MAX, |limit| limit.saturating_add(1))
}

/// Returns whether the customer matches the times of the filter. Only customers in the first and last millisecond of an
/// [`IdRange`] can fail this check.
fn was_created_in_range(filter: &CustomerFilter, customer: &Customer) -> bool {
    let created_at = customer.state().created_at;
    filter.created_from.is_none_or(|from| from <= created_at)
        && filter
            .created_before
            .is_none_or(|before| created_at < before)
}

/// Returns the unique values of a customer: the email key and the external id.
fn unique(profile: &Profile) -> (String, Option<&str>) {
    let external_id = profile.external_id.as_ref().map(ExternalId::expose);
    (profile.email.key().into_exposed(), external_id)
}
