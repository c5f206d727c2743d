//! What surrounds the routes of all modules.

use axum::{Router, middleware};
use customers_metrics::RequestMetrics;
use tower_http::catch_panic::CatchPanicLayer;

use crate::problem::{Problem, ProblemCode};
use crate::request_log;
use crate::trace::{self, JoinTrace};

/// Completes the routes: unknown routes and methods, panics, request ids, the request log and, where traces are sent, a
/// span for each request.
pub fn complete(router: Router, metrics: RequestMetrics, join_trace: Option<JoinTrace>) -> Router {
    let router = router
        .fallback(async || Problem::new(ProblemCode::NotFound))
        .method_not_allowed_fallback(async || Problem::new(ProblemCode::MethodNotAllowed))
        .layer(CatchPanicLayer::custom(request_log::after_panic))
        .layer(middleware::from_fn_with_state(
            metrics,
            request_log::carry_out,
        ));
    match join_trace {
        Some(join) => router.layer(middleware::from_fn_with_state(join, trace::carry_out)),
        None => router,
    }
}
