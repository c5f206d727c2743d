use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::ApiState;
use crate::problem::{Problem, ProblemCode};
use crate::query::NoParameters;

/// How the program is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Is the program alive?
///
/// Answers as long as the program runs, whatever the store does.
#[utoipa::path(
    get,
    path = "/health/live",
    tag = "health",
    operation_id = "getLiveness",
    responses((status = 200, description = "It runs.", body = Health), crate::openapi::PageProblems),
)]
pub(crate) async fn live(_: NoParameters) -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Can the program take requests?
///
/// Not while its store cannot be reached, and not once it is going away.
#[utoipa::path(
    get,
    path = "/health/ready",
    tag = "health",
    operation_id = "getReadiness",
    responses((status = 200, description = "It can.", body = Health), crate::openapi::ReadinessProblems),
)]
pub(crate) async fn ready(
    State(api): State<ApiState>,
    _: NoParameters,
) -> Result<Json<Health>, Problem> {
    if api.drain.is_draining() {
        return Err(Problem::new(ProblemCode::Unavailable));
    }
    // A probe that fails every few seconds is no news: the requests that fail say it in the log.
    let store = api.health.check().await;
    store.map_err(|_| Problem::new(ProblemCode::Unavailable))?;
    Ok(Json(Health { status: "ok" }))
}
