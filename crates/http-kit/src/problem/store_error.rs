use customers_ports::StoreError;

use super::{Problem, ProblemCode};

/// Where a failing store is handled, and so where it is logged.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable { reason } => {
                tracing::warn!(reason, "the store is unavailable");
                Self::new(ProblemCode::Unavailable)
            }
            StoreError::Defect { reason } => {
                tracing::error!(reason, "the store is at fault");
                Self::new(ProblemCode::Internal)
            }
        }
    }
}
