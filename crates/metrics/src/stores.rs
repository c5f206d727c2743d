//! Decorators that measure the ports of any store.

mod api_keys;
mod customers;
mod events;
mod health;
mod idempotency;

use std::time::Instant;

use customers_ports::StoreError;
use metrics::Histogram;

pub use api_keys::MeasuredApiKeys;
pub use customers::MeasuredCustomers;
pub use events::{MeasuredEventFeed, MeasuredEventSequencer};
pub use health::MeasuredHealth;
pub use idempotency::MeasuredIdempotencyRecords;

use crate::{list, values};

/// Durations of one method of a port, by outcome.
struct Operation {
    ok: Histogram,
    unavailable: Histogram,
    defect: Histogram,
}

impl Operation {
    fn new(port: &'static str, operation: &'static str) -> Self {
        debug_assert!(values::OPERATIONS.contains(&operation));
        let histogram = |outcome: &'static str| {
            list::STORE_SECONDS.histogram([port.into(), operation.into(), outcome.into()])
        };
        Self {
            ok: histogram("ok"),
            unavailable: histogram("unavailable"),
            defect: histogram("defect"),
        }
    }

    async fn measure<T>(
        &self,
        call: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let started = Instant::now();
        let outcome = call.await;
        let histogram = match &outcome {
            Ok(_) => &self.ok,
            Err(StoreError::Unavailable { .. } | StoreError::Full { .. }) => &self.unavailable,
            Err(StoreError::Defect { .. }) => &self.defect,
        };
        histogram.record(started.elapsed());
        outcome
    }
}
