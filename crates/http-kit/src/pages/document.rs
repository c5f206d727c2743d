use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};

use super::html::NO_SNIFF;
use super::problem_sets::PageProblems;
use crate::query::NoParameters;
use crate::state::HttpState;

/// Read the OpenAPI document
///
/// Returns this document, in OpenAPI 3.1.
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
        [
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (X_CONTENT_TYPE_OPTIONS, NO_SNIFF),
        ],
        http.shared().catalog.document().clone(),
    )
        .into_response()
}
