//! Paths are compared as sent, undecoded: what is spelt otherwise is something else.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use customers_domain::CustomerId;
use http::Uri;
use http::request::Parts;

use crate::problem::{Problem, ProblemCode};

/// The second segment of a path, where every route that takes a parameter has it.
pub(crate) fn parameter(uri: &Uri) -> &str {
    uri.path().split('/').nth(2).unwrap_or_default()
}

/// The `{id}` of a customer's route. A route asks for it after everything that is checked before
/// existence.
pub(crate) struct CustomerIdInPath(Option<CustomerId>);

impl CustomerIdInPath {
    /// The id, or the answer that an id which no customer has would get.
    pub(crate) fn existing(self) -> Result<CustomerId, Problem> {
        self.0.ok_or_else(|| Problem::new(ProblemCode::NotFound))
    }
}

impl<S: Sync> FromRequestParts<S> for CustomerIdInPath {
    type Rejection = Infallible;

    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(CustomerId::from_canonical(parameter(&head.uri))))
    }
}
