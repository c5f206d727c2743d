use customers_domain::{Fault, InvalidMetadata, TransitionRefused};
use customers_ports::StoreError;
use customers_use_cases::{
    CreateCustomerError, GetCustomerError, TransitionCustomerError, UpdateCustomerError,
};

use super::{FieldCode, FieldErrors, Problem, ProblemCode, push_segment};

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

impl From<UpdateCustomerError> for Problem {
    fn from(error: UpdateCustomerError) -> Self {
        match error {
            UpdateCustomerError::NotFound => Self::new(ProblemCode::NotFound),
            UpdateCustomerError::VersionMismatch => Self::new(ProblemCode::VersionMismatch),
            UpdateCustomerError::Frozen(invalid) => Self::invalid_transition(invalid),
            UpdateCustomerError::Metadata(fault) => Self::invalid_metadata(&fault),
            UpdateCustomerError::Taken(conflict) => Self::taken(conflict),
            UpdateCustomerError::Store(error) => Self::from(error),
        }
    }
}

impl From<TransitionCustomerError> for Problem {
    fn from(error: TransitionCustomerError) -> Self {
        match error {
            TransitionCustomerError::DecisionIdReused => {
                Self::new(ProblemCode::IdempotencyKeyReused)
            }
            TransitionCustomerError::NotFound => Self::new(ProblemCode::NotFound),
            TransitionCustomerError::VersionMismatch => Self::new(ProblemCode::VersionMismatch),
            TransitionCustomerError::Refused(TransitionRefused::Invalid(invalid)) => {
                Self::invalid_transition(invalid)
            }
            TransitionCustomerError::Refused(TransitionRefused::ReasonMissing) => {
                let mut errors = FieldErrors::default();
                errors.note("/reason", FieldCode::Missing);
                Self::with_errors(ProblemCode::InvalidRequest, errors)
            }
            TransitionCustomerError::Store(error) => Self::from(error),
        }
    }
}

impl Problem {
    /// Metadata that breaks its limits only once it is merged.
    fn invalid_metadata(fault: &InvalidMetadata) -> Self {
        const CODE: FieldCode = FieldCode::Value(Fault::InvalidMetadata);
        let mut errors = FieldErrors::default();
        match fault {
            InvalidMetadata::Whole => errors.note("/metadata", CODE),
            InvalidMetadata::Members(names) => {
                for name in names.expose() {
                    let mut pointer = String::from("/metadata");
                    push_segment(&mut pointer, name);
                    errors.note(&pointer, CODE);
                }
            }
        }
        Self::with_errors(ProblemCode::InvalidFields, errors)
    }

    fn replayed(self) -> Self {
        let (name, value) = crate::headers::IDEMPOTENT_REPLAYED;
        self.with_header(name, value)
    }
}
