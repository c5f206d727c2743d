//! The header `Idempotency-Key`.

use axum::extract::FromRequestParts;
use customers_use_cases::IdempotencyKey;
use http::request::Parts;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::headers;
use crate::problem::{Problem, common};
use crate::query;

/// The header `Idempotency-Key`, if present. It is ignored if the request is only validated.
pub struct IdempotencyKeyHeader(pub Option<IdempotencyKey>);

impl<S: Sync> FromRequestParts<S> for IdempotencyKeyHeader {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, Problem> {
        if query::is_validate_only(&head.uri) {
            return Ok(Self(None));
        }
        let mut values = head.headers.get_all(headers::IDEMPOTENCY_KEY).iter();
        let Some(value) = values.next() else {
            return Ok(Self(None));
        };
        let key = IdempotencyKey::parse(value.as_bytes()).ok();
        match (key, values.next()) {
            (Some(key), None) => Ok(Self(Some(key))),
            _ => Err(Problem::new(&common::IDEMPOTENCY_KEY_INVALID)),
        }
    }
}

impl IntoParams for IdempotencyKeyHeader {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let key = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(IdempotencyKey::MAX))
            .pattern(Some("^[ -~]+$"));
        vec![
            ParameterBuilder::new()
                .name("Idempotency-Key")
                .parameter_in(ParameterIn::Header)
                .description(Some(
                    "The client's own name for the request, with or without quotation marks. A repetition with the \
                     same key returns the first response, for at least 24 hours. Use a new random value for each new \
                     request.",
                ))
                .schema(Some(key))
                .build(),
        ]
    }
}
