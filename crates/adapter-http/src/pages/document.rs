use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::CONTENT_TYPE;

use crate::openapi::{self, PageProblems};
use crate::query::NoParameters;

/// Made once: a caller that reads it slowly holds no copy of it.
static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(openapi::document()));

/// The OpenAPI document
///
/// This document: OpenAPI 3.1.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "documentation",
    operation_id = "getOpenApi",
    responses(
        (status = 200, description = "The document.", body = Object, content_type = "application/json"),
        PageProblems,
    ),
)]
pub(crate) async fn openapi_json(_: NoParameters) -> Response {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT.clone()).into_response()
}
