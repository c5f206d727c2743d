//! Query parameters: none is ignored, since a misspelt one could mean anything.

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::problem::{FieldCode, FieldErrors, Problem, ProblemCode, push_segment};

/// A route that knows no parameters.
pub(crate) struct NoParameters;

impl<S: Sync> FromRequestParts<S> for NoParameters {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut errors = FieldErrors::default();
        let query = head.uri.query().unwrap_or_default();
        for (name, _) in form_urlencoded::parse(query.as_bytes()) {
            let mut pointer = String::new();
            push_segment(&mut pointer, &name);
            errors.note(&pointer, FieldCode::UnknownParameter);
        }
        if errors.is_empty() {
            return Ok(Self);
        }
        Err(Problem::with_errors(ProblemCode::InvalidRequest, errors))
    }
}
