use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use customers_domain::TenantId;
use customers_ports::{
    CreateOutcome, FirstAnswer, IdempotencyClaim, IdempotencyRecords, StoreError,
};

use super::{Tables, ToyStore};

/// The first outcome of a request.
pub(super) struct Record {
    pub(super) tenant: TenantId,
    pub(super) claim: IdempotencyClaim,
    pub(super) answer: FirstAnswer,
    pub(super) recorded_at: DateTime<Utc>,
}

impl Tables {
    /// Returns the outcome of a request whose key was used before.
    pub(super) fn replay(
        &self,
        tenant: TenantId,
        claim: &IdempotencyClaim,
    ) -> Option<CreateOutcome> {
        let key = |claim: &IdempotencyClaim| (claim.operation, claim.key_hash);
        let record = self
            .records
            .iter()
            .find(|record| record.tenant == tenant && key(&record.claim) == key(claim))?;
        Some(if record.claim.fingerprint == claim.fingerprint {
            CreateOutcome::Replayed(record.answer)
        } else {
            CreateOutcome::KeyReused
        })
    }
}

#[async_trait]
impl IdempotencyRecords for ToyStore {
    async fn sweep(&self, age: TimeDelta, at_most: u32) -> Result<u32, StoreError> {
        let now = self.clock.now();
        let mut swept = 0;
        self.tables().records.retain(|record| {
            let stays = swept == at_most || now - record.recorded_at < age;
            swept += u32::from(!stays);
            stays
        });
        Ok(swept)
    }
}
