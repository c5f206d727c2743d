use std::time::{Duration, Instant};

use customers_ports::StoreError;

use super::{Problem, common};
use crate::log_limit::LogLimit;

/// Every write to a full store fails, as fast as clients can send them.
static FULL: LogLimit = LogLimit::every(Duration::from_mins(1));

/// Where a failing store is handled, and so where it is logged.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable { reason } => {
                tracing::warn!(reason, "the store is unavailable");
                Self::new(&common::UNAVAILABLE)
            }
            StoreError::Full { reason } => {
                if FULL.allows(Instant::now()) {
                    tracing::warn!(reason, "the store is full");
                }
                Self::new(&common::UNAVAILABLE)
            }
            StoreError::Defect { reason } => {
                tracing::error!(reason, "the store is at fault");
                Self::new(&common::INTERNAL)
            }
        }
    }
}
