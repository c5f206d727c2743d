use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use customers_domain::{
    Action, Customer, CustomerChange, CustomerId, DecisionId, ExternalId, Profile, Reason, Verb,
    Version,
};
use customers_ports::{
    Conflict, CreateOutcome, CustomerFilter, FirstAnswer, HistoryQuery, IdempotencyClaim,
    ListQuery, RecordedDecision, UniqueField, Update, UpdateOutcome,
};

use super::index::{Index, Span, conditions};

/// What one tenant has. Each operation judges first and then writes by steps that do not fail.
#[derive(Default)]
pub(super) struct Tenant {
    customers: BTreeMap<CustomerId, Entry>,
    index: Index,
    email_holders: HashMap<String, CustomerId>,
    external_id_holders: HashMap<String, CustomerId>,
    decisions: HashMap<String, Decision>,
    records: HashMap<KeyHash, Record>,
}

pub(super) type KeyHash = [u8; 32];

pub(super) struct Entry {
    /// Shared, so that a reader copies it after the lock is released.
    customer: Arc<Customer>,
    /// Oldest first: the change that made version `n` is the `n`th.
    changes: Vec<CustomerChange>,
}

pub(super) struct Decision {
    verb: Verb,
    reason: Option<Reason>,
    customer: Arc<Customer>,
}

pub(super) struct Record {
    fingerprint: [u8; 32],
    answer: FirstAnswer,
}

impl Tenant {
    pub(super) fn replay(&self, claim: &IdempotencyClaim) -> Option<CreateOutcome> {
        let record = self.records.get(&claim.key_hash)?;
        Some(if record.fingerprint == claim.fingerprint {
            CreateOutcome::Replayed(record.answer)
        } else {
            CreateOutcome::KeyReused
        })
    }

    pub(super) fn record(&mut self, claim: IdempotencyClaim, answer: FirstAnswer) {
        let IdempotencyClaim {
            key_hash,
            fingerprint,
        } = claim;
        let record = Record {
            fingerprint,
            answer,
        };
        self.records.insert(key_hash, record);
    }

    pub(super) fn forget(&mut self, key_hash: &KeyHash) {
        self.records.remove(key_hash);
    }

    /// What a create is answered for which nothing is to be stored: the very same customer is stored
    /// already, or another one holds something unique.
    pub(super) fn answer(&self, customer: &Customer) -> Option<FirstAnswer> {
        // The caller did not learn what became of its first call.
        if self.customers.contains_key(&customer.id()) {
            return Some(FirstAnswer::Created(customer.receipt()));
        }
        self.conflict(customer).map(FirstAnswer::Taken)
    }

    /// Stores a new customer that stands in nobody's way. It is copied, since a copy takes no more
    /// memory than it needs.
    pub(super) fn insert(&mut self, customer: &Customer, change: &CustomerChange) -> FirstAnswer {
        self.hold(customer);
        self.index.insert(customer);
        let entry = Entry {
            customer: Arc::new(customer.clone()),
            changes: vec![change.clone()],
        };
        self.customers.insert(customer.id(), entry);
        FirstAnswer::Created(customer.receipt())
    }

    /// The customer that an update replaces.
    ///
    /// # Errors
    /// How the update ends for which nothing is to be stored.
    pub(super) fn version_before(&self, update: &Update) -> Result<Arc<Customer>, UpdateOutcome> {
        let Update { customer, change } = update;
        let entry = self.customers.get(&customer.id());
        let stored = entry.and_then(|entry| entry.change(change.version));
        if stored.is_some_and(|stored| stored.id == change.id) {
            // The caller did not learn what became of its first call.
            return Err(UpdateOutcome::Updated);
        }
        let decision_id = change.decision_id.as_ref().map(DecisionId::as_str);
        if decision_id.is_some_and(|id| self.decisions.contains_key(id)) {
            return Err(UpdateOutcome::DecisionTaken);
        }
        let before = entry.map(|entry| &entry.customer);
        let before = before.filter(|before| customer.version() == before.version().next());
        let before = before.ok_or(UpdateOutcome::VersionConflict)?;
        match self.conflict(customer) {
            Some(conflict) => Err(UpdateOutcome::Taken(conflict)),
            None => Ok(Arc::clone(before)),
        }
    }

    /// Stores an update of [`Self::version_before`], copied as [`Self::insert`] does.
    pub(super) fn replace(&mut self, before: &Customer, update: &Update) {
        let Update {
            customer: after,
            change,
        } = update;
        self.release(before);
        self.hold(after);
        self.index.replace(before, after);
        let after = Arc::new(after.clone());
        if let (Action::Transition(verb), Some(id)) = (change.action, &change.decision_id) {
            let decision = Decision {
                verb,
                reason: change.reason.clone(),
                customer: Arc::clone(&after),
            };
            self.decisions.insert(id.as_str().to_owned(), decision);
        }
        if let Some(entry) = self.customers.get_mut(&before.id()) {
            entry.customer = after;
            entry.changes.push(change.clone());
        }
    }

    /// Who else has the customer's email, or else its external id.
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

    fn release(&mut self, customer: &Customer) {
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

    /// One more than the limit, where there are so many.
    pub(super) fn list(&self, query: &ListQuery) -> Vec<Arc<Customer>> {
        let mut span = Span::of(query);
        let conditions = conditions(&query.filter);
        let wanted = one_more(query.limit);
        if span.is_empty() {
            return Vec::new();
        }
        if let [holder, others @ ..] = &self.sought_holders(&query.filter)[..] {
            let holder = holder.filter(|_| others.iter().all(|other| other == holder));
            return holder
                .filter(|id| span.contains(*id) && self.index.meets(*id, &conditions))
                .and_then(|id| self.find(id))
                .filter(|customer| was_created_in_range(&query.filter, customer))
                .into_iter()
                .collect();
        }
        if conditions.is_empty() {
            let newest_first = self.customers.range(span.from..span.until).rev();
            return newest_first
                .map(|(_, entry)| &entry.customer)
                .filter(|customer| was_created_in_range(&query.filter, customer))
                .take(wanted)
                .cloned()
                .collect();
        }
        let mut found = Vec::new();
        while found.len() < wanted
            && let Some(id) = self.index.newest(&conditions, span)
        {
            let customer = self.find(id);
            found.extend(customer.filter(|it| was_created_in_range(&query.filter, it)));
            span.until = id;
        }
        found
    }

    /// Who holds each thing the filter names of which there is one holder at most.
    fn sought_holders(&self, filter: &CustomerFilter) -> Vec<Option<CustomerId>> {
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

    /// One more than the limit, where there are so many.
    pub(super) fn history(
        &self,
        id: CustomerId,
        query: HistoryQuery,
    ) -> Option<Vec<CustomerChange>> {
        let entry = self.customers.get(&id)?;
        let older = query.after.map_or(entry.changes.len(), place);
        let newest_first = entry.changes.iter().take(older).rev();
        Some(newest_first.take(one_more(query.limit)).cloned().collect())
    }

    pub(super) fn decision(&self, id: &DecisionId) -> Option<RecordedDecision> {
        let decision = self.decisions.get(id.as_str())?;
        Some(RecordedDecision {
            verb: decision.verb,
            reason: decision.reason.clone(),
            customer: Customer::clone(&decision.customer),
        })
    }
}

impl Entry {
    fn change(&self, version: Version) -> Option<&CustomerChange> {
        self.changes.get(place(version))
    }
}

/// Where among a customer's changes the one stands that made this version.
fn place(version: Version) -> usize {
    let before = version.number() - Version::FIRST.number();
    usize::try_from(before).unwrap_or(usize::MAX)
}

fn one_more(limit: u32) -> usize {
    usize::try_from(limit).map_or(usize::MAX, |limit| limit.saturating_add(1))
}

/// Whether the customer passes the times of the filter. They leave out at most the rest of the first and
/// the last millisecond of a [`Span`].
fn was_created_in_range(filter: &CustomerFilter, customer: &Customer) -> bool {
    let created_at = customer.state().created_at;
    filter.created_from.is_none_or(|from| from <= created_at)
        && filter
            .created_before
            .is_none_or(|before| created_at < before)
}

/// What no other customer may have: the key of the email, and the external id.
fn unique(profile: &Profile) -> (String, Option<&str>) {
    let external_id = profile.external_id.as_ref().map(ExternalId::expose);
    (profile.email.key().into_exposed(), external_id)
}
