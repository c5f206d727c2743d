use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, Utc};
use customers_domain::TenantId;
use customers_ports::{EarlierRequest, IdempotencyClaim, RecordedOutcome};

/// The idempotency records of all tenants and operations.
#[derive(Default)]
pub(crate) struct Records {
    by_key: HashMap<RecordKey, Record>,
    /// Oldest first, with exactly one entry for each record.
    by_age: VecDeque<RecordEntry>,
}

/// Tenant, operation and key hash.
pub(super) type RecordKey = (TenantId, &'static str, [u8; 32]);

pub(super) struct Record {
    fingerprint: [u8; 32],
    outcome: RecordedOutcome,
}

pub(super) struct RecordEntry {
    recorded_at: DateTime<Utc>,
    key: RecordKey,
}

impl Records {
    pub(crate) fn earlier(
        &self,
        tenant: TenantId,
        claim: &IdempotencyClaim,
    ) -> Option<EarlierRequest> {
        let record = self.by_key.get(&key(tenant, claim))?;
        Some(if record.fingerprint == claim.fingerprint {
            EarlierRequest::Same(record.outcome.clone())
        } else {
            EarlierRequest::Other
        })
    }

    pub(crate) fn insert(
        &mut self,
        tenant: TenantId,
        claim: &IdempotencyClaim,
        outcome: RecordedOutcome,
        now: DateTime<Utc>,
    ) {
        let key = key(tenant, claim);
        let record = Record {
            fingerprint: claim.fingerprint,
            outcome,
        };
        self.by_key.insert(key, record);
        self.by_age.push_back(RecordEntry {
            recorded_at: now,
            key,
        });
    }

    /// Deletes the oldest record if it was created at or before this time. Returns whether it was deleted.
    pub(crate) fn remove_oldest(&mut self, created_until: DateTime<Utc>) -> bool {
        let oldest = self
            .by_age
            .pop_front_if(|oldest| oldest.recorded_at <= created_until);
        if let Some(oldest) = &oldest {
            self.by_key.remove(&oldest.key);
        }
        oldest.is_some()
    }
}

const fn key(tenant: TenantId, claim: &IdempotencyClaim) -> RecordKey {
    (tenant, claim.operation, claim.key_hash)
}
