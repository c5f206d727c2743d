use async_trait::async_trait;
use chrono::TimeDelta;
use customers_domain::TenantId;
use customers_ports::{
    EarlierRequest, IdempotencyClaim, IdempotencyRecords, RecordedOutcome, StoreError,
};

use crate::InMemoryStore;
use crate::customers::cost;

/// The result of a module's operation under a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed<T> {
    /// This is the first request: the operation ran.
    First(T),
    /// An earlier request used the key: the operation did not run.
    Earlier(EarlierRequest),
}

impl InMemoryStore {
    /// Runs a module's operation once for all requests of a claim, and records its outcome with it.
    ///
    /// `operation` does the module's own writes and returns their result together with what is to be
    /// recorded, or `None` where the same key may be used again. It runs under the lock of this
    /// store's customers and records: it MUST NOT call this store, and should take no time.
    ///
    /// # Errors
    /// [`StoreError::Full`] when there is no room for the record; then the operation did not run.
    pub fn carry_out_once<T>(
        &self,
        tenant: TenantId,
        claim: IdempotencyClaim,
        operation: impl FnOnce() -> (T, Option<RecordedOutcome>),
    ) -> Result<Claimed<T>, StoreError> {
        let now = self.clock.now();
        let mut customers = self.customers();
        if let Some(earlier) = customers.records.earlier(tenant, &claim) {
            return Ok(Claimed::Earlier(earlier));
        }
        self.limit.reserve(cost::record())?;
        let (result, outcome) = operation();
        match outcome {
            Some(outcome) => customers.records.insert(tenant, &claim, outcome, now),
            None => self.limit.release(cost::record()),
        }
        Ok(Claimed::First(result))
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
