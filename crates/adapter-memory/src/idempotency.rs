use async_trait::async_trait;
use chrono::TimeDelta;
use customers_domain::TenantId;
use customers_ports::{
    EarlierRequest, IdempotencyClaim, IdempotencyRecords, RecordedOutcome, StoreError,
};

use crate::InMemoryStore;
use crate::customers::cost;

/// Result of a module's idempotent operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed<T> {
    /// The first request. The operation ran.
    First(T),
    /// An earlier request used the key. The operation did not run.
    Earlier(EarlierRequest),
}

impl InMemoryStore {
    /// Runs a module's operation once for all requests with the same claim, and records its outcome.
    ///
    /// `operation` performs the module's own writes and returns their result and the outcome to record, or `None` if
    /// the key may be used again. It runs under the lock of this store's customers and records. It MUST NOT call this
    /// store, and must return quickly.
    ///
    /// # Errors
    /// [`StoreError::Full`] if the memory limit leaves no space for the record. Then the operation did not run.
    pub fn run_once<T>(
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
        // If the age is before the calendar begins, no record is older.
        let Some(made_until) = self.clock.now().checked_sub_signed(age) else {
            return Ok(0);
        };
        Ok(self.customers().sweep(made_until, at_most, &self.limit))
    }
}
