use customers_ports::StoreError;
use customers_use_cases::{CreateCustomerError, GetCustomerError};

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

impl From<GetCustomerError> for Problem {
    fn from(error: GetCustomerError) -> Self {
        match error {
            GetCustomerError::NotFound => Self::new(ProblemCode::NotFound),
            GetCustomerError::Store(error) => Self::from(error),
        }
    }
}

impl From<CreateCustomerError> for Problem {
    fn from(error: CreateCustomerError) -> Self {
        match error {
            CreateCustomerError::Taken { conflict, replayed } => {
                let problem = Self::taken(conflict);
                if replayed {
                    problem.replayed()
                } else {
                    problem
                }
            }
            CreateCustomerError::KeyReused => Self::new(ProblemCode::IdempotencyKeyReused),
            CreateCustomerError::KeyInProgress => Self::new(ProblemCode::IdempotencyInProgress),
            CreateCustomerError::Store(error) => Self::from(error),
        }
    }
}

impl Problem {
    fn replayed(self) -> Self {
        let (name, value) = crate::headers::IDEMPOTENT_REPLAYED;
        self.with_header(name, value)
    }
}
