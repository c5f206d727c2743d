//! Errors as clients see them: `application/problem+json` (RFC 9457).
//!
//! A [`ProblemKind`] is declared once by the module that has it; [`common`] holds the kinds that every module shares. A
//! [`Problem`] is one that happened. No problem repeats what was sent.

pub mod common;
mod extension;
mod field_error;
mod kind;
mod render;
mod store_error;

pub use extension::{ExtensionSchema, ProblemExtension};
pub use field_error::{FieldError, FieldErrors, push_segment};
pub use kind::{FieldExample, ProblemKind};
pub(crate) use render::{ProblemBody, render};

use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{self, HeaderName, HeaderValue};
use serde_json::Value;

/// A problem that happened. As a response it has no body yet: the request log, which knows the request's id, writes it.
#[derive(Debug, Clone)]
pub struct Problem {
    kind: &'static ProblemKind,
    errors: Vec<FieldError>,
    extension: Option<(&'static str, Value)>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// Creates a problem about which its kind says everything.
    pub fn new(kind: &'static ProblemKind) -> Self {
        let retry_after = kind.retry_after_seconds().map(HeaderValue::from);
        Self {
            kind,
            errors: Vec::new(),
            extension: None,
            headers: retry_after
                .map(|seconds| (header::RETRY_AFTER, seconds))
                .into_iter()
                .collect(),
        }
    }

    /// Creates a problem of a body, query or value that is wrong in the given places.
    pub fn with_errors(kind: &'static ProblemKind, errors: FieldErrors) -> Self {
        Self {
            errors: errors.into_list(),
            ..Self::new(kind)
        }
    }

    /// Adds a member to the body.
    #[must_use]
    pub fn with_extension<E: ProblemExtension>(mut self, extension: &E) -> Self {
        self.extension = serde_json::to_value(extension)
            .ok()
            .map(|value| (E::MEMBER, value));
        self
    }

    /// Sets a header of the response.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Closes the connection after the response.
    #[must_use]
    pub fn with_close(self) -> Self {
        self.with_header(header::CONNECTION, HeaderValue::from_static("close"))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.kind.status();
        for (name, value) in &self.headers {
            response.headers_mut().insert(name, value.clone());
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
