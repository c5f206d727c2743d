use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{Problem, common};
use crate::query::NoParameters;
use crate::state::HttpState;

/// How the program is.
#[derive(Serialize, ToSchema)]
pub(super) struct Health {
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
    responses((status = 200, description = "It runs.", body = Health), super::problem_sets::PageProblems),
)]
pub(super) async fn live(_: NoParameters) -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Can the program take requests?
///
/// Not while its store cannot be reached or written to, and not once it is going away.
#[utoipa::path(
    get,
    path = "/health/ready",
    tag = "health",
    operation_id = "getReadiness",
    responses((status = 200, description = "It can.", body = Health), super::problem_sets::ReadinessProblems),
)]
pub(super) async fn ready(
    State(http): State<HttpState>,
    _: NoParameters,
) -> Result<Json<Health>, Problem> {
    if http.shared().drain.is_draining() {
        return Err(Problem::new(&common::UNAVAILABLE));
    }
    // A probe that fails every few seconds is no news: the requests that fail say it in the log.
    let store = http.shared().health.check().await;
    store.map_err(|_| Problem::new(&common::UNAVAILABLE))?;
    Ok(Json(Health { status: "ok" }))
}
