//! What can become of the use cases, as problems.

use customers_domain::{Fault, InvalidMetadata, TransitionRefused};
use customers_http_kit::headers::IDEMPOTENT_REPLAYED;
use customers_http_kit::problem::{FieldCode, FieldErrors, Problem, ProblemCode, push_segment};
use customers_use_cases::{
    CreateCustomerError, GetCustomerError, TransitionCustomerError, UpdateCustomerError,
};

/// The problem that `GetCustomerError` is.
pub(super) fn read_problem(error: GetCustomerError) -> Problem {
    match error {
        GetCustomerError::NotFound => Problem::new(ProblemCode::NotFound),
        GetCustomerError::Store(error) => Problem::from(error),
    }
}

/// The problem that `CreateCustomerError` is.
pub(super) fn create_problem(error: CreateCustomerError) -> Problem {
    match error {
        CreateCustomerError::Taken { conflict, replayed } => {
            let problem = Problem::taken(conflict);
            if replayed {
                replayed_problem(problem)
            } else {
                problem
            }
        }
        CreateCustomerError::KeyReused => Problem::new(ProblemCode::IdempotencyKeyReused),
        CreateCustomerError::KeyInProgress => Problem::new(ProblemCode::IdempotencyInProgress),
        CreateCustomerError::Store(error) => Problem::from(error),
    }
}

/// The problem that `UpdateCustomerError` is.
pub(super) fn update_problem(error: UpdateCustomerError) -> Problem {
    match error {
        UpdateCustomerError::NotFound => Problem::new(ProblemCode::NotFound),
        UpdateCustomerError::VersionMismatch => Problem::new(ProblemCode::VersionMismatch),
        UpdateCustomerError::Frozen(invalid) => Problem::invalid_transition(invalid),
        UpdateCustomerError::Metadata(fault) => invalid_metadata(&fault),
        UpdateCustomerError::Taken(conflict) => Problem::taken(conflict),
        UpdateCustomerError::Store(error) => Problem::from(error),
    }
}

/// The problem that `TransitionCustomerError` is.
pub(super) fn decide_problem(error: TransitionCustomerError) -> Problem {
    match error {
        TransitionCustomerError::DecisionIdReused => {
            Problem::new(ProblemCode::IdempotencyKeyReused)
        }
        TransitionCustomerError::NotFound => Problem::new(ProblemCode::NotFound),
        TransitionCustomerError::VersionMismatch => Problem::new(ProblemCode::VersionMismatch),
        TransitionCustomerError::Refused(TransitionRefused::Invalid(invalid)) => {
            Problem::invalid_transition(invalid)
        }
        TransitionCustomerError::Refused(TransitionRefused::ReasonMissing) => {
            let mut errors = FieldErrors::default();
            errors.note("/reason", FieldCode::Missing);
            Problem::with_errors(ProblemCode::InvalidRequest, errors)
        }
        TransitionCustomerError::Store(error) => Problem::from(error),
    }
}

/// Metadata that breaks its limits only once it is merged.
fn invalid_metadata(fault: &InvalidMetadata) -> Problem {
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
    Problem::with_errors(ProblemCode::InvalidFields, errors)
}

fn replayed_problem(problem: Problem) -> Problem {
    let (name, value) = IDEMPOTENT_REPLAYED;
    problem.with_header(name, value)
}
