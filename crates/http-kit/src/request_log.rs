//! Request ids, the request log, and the bodies of problems.

use std::any::Any;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use customers_metrics::RequestMetrics;
use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderValue};
use uuid::Uuid;

use crate::auth::CallerLog;
use crate::headers::X_REQUEST_ID;
use crate::method::method_name;
use crate::problem::{self, Problem, common};
use crate::trace;

/// Maximum length of a request id that a client sends.
const REQUEST_ID_MAX: usize = 128;

/// Assigns the request id, calls the handler, completes the response, and records metrics and one log line.
pub(crate) async fn log_request(
    State(metrics): State<RequestMetrics>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let in_flight = metrics.begin();
    let id = request_id(request.headers());
    let method = method_name(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let caller_log = CallerLog::default();
    request.extensions_mut().insert(caller_log.clone());

    let mut response = next.run(request).await;

    problem::render(&mut response, id.to_str().unwrap_or_default());
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_REQUEST_ID, id.clone());

    let route = route.as_ref().map(MatchedPath::as_str);
    let status = response.status();
    let took = started.elapsed();
    in_flight.finish(route, method, status.as_u16(), took);
    let caller = caller_log.0.get();
    trace::complete(status, id.to_str().unwrap_or_default(), caller);
    tracing::info!(
        method,
        route = route.unwrap_or("none"),
        status = status.as_u16(),
        duration_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        request_id = id.to_str().unwrap_or_default(),
        key_id = caller.map(|caller| tracing::field::display(caller.api_key_id)),
        tenant_id = caller.map(|caller| tracing::field::display(caller.tenant_id)),
        "request"
    );
    response
}

/// Returns the response to a request whose handler panicked.
pub(crate) fn after_panic(_: Box<dyn Any + Send>) -> Response {
    // The panic message may contain client data and is ignored. The panic hook has logged the source location.
    Problem::new(&common::INTERNAL).into_response()
}

/// Returns the client's id if it sent exactly one of 1 to 128 visible ASCII characters, and otherwise a new one.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    let mut sent = headers.get_all(X_REQUEST_ID).iter();
    if let (Some(id), None) = (sent.next(), sent.next()) {
        let length_is_sane = (1..=REQUEST_ID_MAX).contains(&id.len());
        if length_is_sane && id.as_bytes().iter().all(u8::is_ascii_graphic) {
            return id.clone();
        }
    }
    let mut buffer = Uuid::encode_buffer();
    let made = Uuid::new_v4().hyphenated().encode_lower(&mut buffer);
    HeaderValue::from_str(made).unwrap_or_else(|_| HeaderValue::from_static("none"))
}
