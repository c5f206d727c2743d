use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;

use super::problem_sets::PageProblems;
use crate::query::NoParameters;
use crate::state::HttpState;

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
pub(super) async fn openapi_json(State(http): State<HttpState>, _: NoParameters) -> Response {
    // Clients that read slowly share one copy.
    (
        [(CONTENT_TYPE, "application/json")],
        http.shared().catalog.document().clone(),
    )
        .into_response()
}
