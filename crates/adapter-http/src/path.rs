//! Paths are compared as sent, undecoded: what is spelt otherwise is something else.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use customers_domain::CustomerId;
use http::Uri;
use http::request::Parts;
use uuid::Uuid;

/// The second segment of a path, where every route that takes a parameter has it.
pub(crate) fn parameter(uri: &Uri) -> &str {
    uri.path().split('/').nth(2).unwrap_or_default()
}

/// The `{id}` of a customer's route. Where it is no id, it becomes one that no customer has, so that it
/// gets the very answer of an id that is not in use, in the same place among the checks.
pub(crate) struct CustomerIdInPath(pub(crate) CustomerId);

impl<S: Sync> FromRequestParts<S> for CustomerIdInPath {
    type Rejection = Infallible;

    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let id = CustomerId::from_canonical(parameter(&head.uri));
        Ok(Self(
            id.unwrap_or_else(|| CustomerId::from_uuid(Uuid::nil())),
        ))
    }
}
