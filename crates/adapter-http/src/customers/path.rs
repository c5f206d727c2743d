use std::convert::Infallible;

use axum::extract::FromRequestParts;
use customers_domain::CustomerId;
use customers_http_kit::path;
use http::request::Parts;
use uuid::Uuid;

/// The `{id}` of a customer's route. Where it is no id, it becomes one that no customer has, so that it
/// gets the very answer of an id that is not in use, in the same place among the checks.
pub struct CustomerIdInPath(pub(crate) CustomerId);

impl<S: Sync> FromRequestParts<S> for CustomerIdInPath {
    type Rejection = Infallible;

    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let id = CustomerId::from_canonical(path::parameter(&head.uri));
        Ok(Self(
            id.unwrap_or_else(|| CustomerId::from_uuid(Uuid::nil())),
        ))
    }
}
