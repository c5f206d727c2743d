//! Errors as callers see them: `application/problem+json` (RFC 9457).
//!
//! [`ProblemCode`] is the one table of every problem there is; [`Problem`] is one that happened. No
//! problem repeats what was sent.

mod code;
mod field_error;
mod render;
mod store_error;

pub use code::ProblemCode;
pub use field_error::push_segment;
pub use field_error::{FieldCode, FieldError, FieldErrors};
pub use render::{ConflictBody, ProblemBody, TransitionBody, render};

use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use customers_domain::InvalidTransition;
use customers_ports::Conflict;
use http::header::{self, HeaderName, HeaderValue};

/// A problem that happened. As a response it is a sketch: the outermost layer knows the request's id
/// and writes the body.
#[derive(Debug, Clone)]
pub struct Problem {
    code: ProblemCode,
    errors: Vec<FieldError>,
    conflict: Option<Conflict>,
    transition: Option<InvalidTransition>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// A problem about which the table says everything.
    pub fn new(code: ProblemCode) -> Self {
        let retry_after = code.retry_after_seconds().map(HeaderValue::from);
        Self {
            code,
            errors: Vec::new(),
            conflict: None,
            transition: None,
            headers: retry_after
                .map(|seconds| (header::RETRY_AFTER, seconds))
                .into_iter()
                .collect(),
        }
    }

    /// A body, query or value that is wrong in the given places.
    pub fn with_errors(code: ProblemCode, errors: FieldErrors) -> Self {
        Self {
            errors: errors.into_list(),
            ..Self::new(code)
        }
    }

    /// Another customer holds what is unique.
    pub fn taken(conflict: Conflict) -> Self {
        Self {
            conflict: Some(conflict),
            ..Self::new(ProblemCode::CustomerAlreadyExists)
        }
    }

    /// The status rules forbid what was asked.
    pub fn invalid_transition(transition: InvalidTransition) -> Self {
        Self {
            transition: Some(transition),
            ..Self::new(ProblemCode::InvalidTransition)
        }
    }

    /// Sets a header of the answer.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.code.status();
        for (name, value) in &self.headers {
            response.headers_mut().insert(name, value.clone());
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
