use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{Problem, common};
use crate::query::NoParameters;
use crate::state::HttpState;

/// State of the program.
#[derive(Serialize, ToSchema)]
pub(super) struct Health {
    /// `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Check that the program runs
///
/// Succeeds as long as the program runs, whatever the state of the store.
#[utoipa::path(
    get,
    path = "/health/live",
    tag = "health",
    operation_id = "getLiveness",
    responses((status = 200, description = "The program runs.", body = Health), super::problem_sets::PageProblems),
)]
pub(super) async fn live(_: NoParameters) -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Check that the program can take requests
///
/// Fails while the store cannot be reached or written to, and once the program is shutting down.
#[utoipa::path(
    get,
    path = "/health/ready",
    tag = "health",
    operation_id = "getReadiness",
    responses((status = 200, description = "The program can take requests.", body = Health), super::problem_sets::ReadinessProblems),
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
