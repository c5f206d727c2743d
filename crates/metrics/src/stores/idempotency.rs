use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use customers_ports::{IdempotencyRecords, StoreError};
use metrics::Counter;

use super::Operation;
use crate::list;

/// Measures an [`IdempotencyRecords`], and counts deleted records.
pub struct MeasuredIdempotencyRecords {
    store: Arc<dyn IdempotencyRecords>,
    sweep: Operation,
    swept: Counter,
}

impl MeasuredIdempotencyRecords {
    /// Wraps a store.
    pub fn new(store: Arc<dyn IdempotencyRecords>) -> Self {
        Self {
            store,
            sweep: Operation::new("idempotency", "sweep"),
            swept: list::SWEPT.counter([]),
        }
    }
}

#[async_trait]
impl IdempotencyRecords for MeasuredIdempotencyRecords {
    async fn sweep(&self, age: TimeDelta, at_most: u32) -> Result<u32, StoreError> {
        let call = self.store.sweep(age, at_most);
        let deleted = self.sweep.measure(call).await?;
        self.swept.increment(deleted.into());
        Ok(deleted)
    }
}
