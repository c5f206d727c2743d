//! Paths are compared as sent: an id in another spelling is no id of this service.

use axum::extract::{FromRequestParts, RawPathParams};
use customers_domain::CustomerId;
use http::request::Parts;

use crate::problem::{Problem, ProblemCode};

/// The `{id}` of a customer's route. A route asks for it after everything that is checked before
/// existence.
pub(crate) struct CustomerIdInPath(Option<CustomerId>);

impl CustomerIdInPath {
    /// The id, or the answer that an id which no customer has would get.
    pub(crate) fn existing(self) -> Result<CustomerId, Problem> {
        self.0.ok_or_else(|| Problem::new(ProblemCode::NotFound))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CustomerIdInPath {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(head, state)
            .await
            .map_err(|_| Problem::new(ProblemCode::NotFound))?;
        let text = params
            .iter()
            .find_map(|(name, value)| (name == "id").then_some(value));
        Ok(Self(text.and_then(CustomerId::from_canonical)))
    }
}
