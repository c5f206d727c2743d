use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use customers_domain::{Customer, CustomerChange, CustomerId, ExternalId, TenantId};
use customers_ports::{
    Conflict, CreateOutcome, Creation, CustomerRepository, FirstAnswer, IdempotencyClaim,
    IdempotencyRecords, StoreError, UniqueField,
};

use crate::InMemoryStore;

/// Every tenant's customers, and the order in which idempotency records were made.
#[derive(Default)]
pub(crate) struct Customers {
    tenants: HashMap<TenantId, Tenant>,
    /// Oldest first. Each entry has its record in the tenant's map, and each record one entry.
    records: VecDeque<RecordEntry>,
}

#[derive(Default)]
struct Tenant {
    customers: HashMap<CustomerId, Entry>,
    email_holders: HashMap<String, CustomerId>,
    external_id_holders: HashMap<String, CustomerId>,
    records: HashMap<KeyHash, Record>,
}

type KeyHash = [u8; 32];

struct Entry {
    /// Shared, so that a reader copies it after the lock is released.
    customer: Arc<Customer>,
    changes: Vec<CustomerChange>,
}

struct Record {
    fingerprint: [u8; 32],
    answer: FirstAnswer,
}

struct RecordEntry {
    recorded_at: DateTime<Utc>,
    tenant: TenantId,
    key_hash: KeyHash,
}

impl Customers {
    fn create(
        &mut self,
        tenant: TenantId,
        creation: Creation,
        now: DateTime<Utc>,
    ) -> CreateOutcome {
        let customers = self.tenants.entry(tenant).or_default();
        if let Some(outcome) = creation.claim.and_then(|claim| customers.replay(&claim)) {
            return outcome;
        }
        let claim = creation.claim;
        let answer = customers.carry_out(creation);
        if let Some(IdempotencyClaim {
            key_hash,
            fingerprint,
        }) = claim
        {
            let record = Record {
                fingerprint,
                answer,
            };
            customers.records.insert(key_hash, record);
            self.records.push_back(RecordEntry {
                recorded_at: now,
                tenant,
                key_hash,
            });
        }
        match answer {
            FirstAnswer::Created(_) => CreateOutcome::Created,
            FirstAnswer::Taken(conflict) => CreateOutcome::Taken(conflict),
        }
    }

    fn find(&self, tenant: TenantId, id: CustomerId) -> Option<Arc<Customer>> {
        let entry = self.tenants.get(&tenant)?.customers.get(&id)?;
        Some(Arc::clone(&entry.customer))
    }

    pub(crate) fn changes(&self, tenant: TenantId, id: CustomerId) -> Vec<CustomerChange> {
        self.tenants
            .get(&tenant)
            .and_then(|tenant| tenant.customers.get(&id))
            .map(|entry| entry.changes.clone())
            .unwrap_or_default()
    }

    fn sweep(&mut self, made_until: DateTime<Utc>, at_most: u32) -> u32 {
        let mut swept = 0;
        while swept < at_most {
            let Some(oldest) = self
                .records
                .pop_front_if(|oldest| oldest.recorded_at <= made_until)
            else {
                break;
            };
            if let Some(tenant) = self.tenants.get_mut(&oldest.tenant) {
                tenant.records.remove(&oldest.key_hash);
            }
            swept += 1;
        }
        swept
    }
}

impl Tenant {
    fn replay(&self, claim: &IdempotencyClaim) -> Option<CreateOutcome> {
        let record = self.records.get(&claim.key_hash)?;
        Some(if record.fingerprint == claim.fingerprint {
            CreateOutcome::Replayed(record.answer)
        } else {
            CreateOutcome::KeyReused
        })
    }

    fn carry_out(&mut self, creation: Creation) -> FirstAnswer {
        let Creation {
            customer, change, ..
        } = creation;
        let (id, receipt) = (customer.id(), customer.receipt());
        // The caller did not learn what became of its first call.
        if self.customers.contains_key(&id) {
            return FirstAnswer::Created(receipt);
        }
        let profile = customer.profile();
        let email_key = profile.email.key().into_exposed();
        let external_id = profile.external_id.as_ref().map(ExternalId::expose);
        if let Some(conflict) = self.conflict(&email_key, external_id) {
            return FirstAnswer::Taken(conflict);
        }
        if let Some(external_id) = external_id {
            self.external_id_holders.insert(external_id.to_owned(), id);
        }
        self.email_holders.insert(email_key, id);
        let entry = Entry {
            customer: Arc::new(customer),
            changes: vec![change],
        };
        self.customers.insert(id, entry);
        FirstAnswer::Created(receipt)
    }

    fn conflict(&self, email_key: &str, external_id: Option<&str>) -> Option<Conflict> {
        let taken = |field| move |&holder| Conflict { field, holder };
        self.email_holders
            .get(email_key)
            .map(taken(UniqueField::Email))
            .or_else(|| {
                self.external_id_holders
                    .get(external_id?)
                    .map(taken(UniqueField::ExternalId))
            })
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
        Ok(self.customers().create(tenant, creation, now))
    }

    async fn find(&self, tenant: TenantId, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        let found = self.customers().find(tenant, id);
        Ok(found.map(Arc::unwrap_or_clone))
    }
}

#[async_trait]
impl IdempotencyRecords for InMemoryStore {
    async fn sweep(&self, age: TimeDelta, at_most: u32) -> Result<u32, StoreError> {
        // No record is older than the calendar.
        let Some(made_until) = self.clock.now().checked_sub_signed(age) else {
            return Ok(0);
        };
        Ok(self.customers().sweep(made_until, at_most))
    }
}
