//! The span of a request, for programs that record spans.
//!
//! Its fields follow OpenTelemetry's conventions and contain no client data except the request id. The program decides
//! how a span joins a trace. This module knows only `tracing`.

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use customers_use_cases::Caller;
use http::{HeaderMap, StatusCode};
use tracing::field::{Empty, display};
use tracing::{Instrument as _, Span};

use crate::method::method_name;

/// Name of a request span for subscribers. The recorded span is named by method and route.
pub const REQUEST_SPAN: &str = "request";

/// Joins a new span to the trace in the headers of its request, if any.
pub type JoinTrace = fn(&Span, &HeaderMap);

/// Executes a request in its own span.
pub(crate) async fn trace_request(
    State(join_trace): State<JoinTrace>,
    request: Request,
    next: Next,
) -> Response {
    let span = span_of(&request);
    join_trace(&span, request.headers());
    next.run(request).instrument(span).await
}

fn span_of(request: &Request) -> Span {
    let (method, verb) = match method_name(request.method()) {
        "other" => ("_OTHER".to_owned(), "HTTP".to_owned()),
        known => (known.to_owned(), known.to_owned()),
    };
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map(MatchedPath::as_str);
    let name = route.map_or_else(|| verb.clone(), |route| format!("{verb} {route}"));
    tracing::info_span!(
        REQUEST_SPAN,
        otel.name = name,
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        url.scheme = "http",
        "error.type" = Empty,
        request_id = Empty,
        key_id = Empty,
        tenant_id = Empty,
    )
}

/// Completes the span of the current request, if there is one.
pub(crate) fn complete(status: StatusCode, request_id: &str, caller: Option<&Caller>) {
    let span = Span::current();
    if span.is_disabled() {
        return;
    }
    span.record("http.response.status_code", status.as_u16());
    span.record("request_id", request_id);
    if let Some(caller) = caller {
        span.record("key_id", display(caller.api_key_id));
        span.record("tenant_id", display(caller.tenant_id));
    }
    if status.is_server_error() {
        span.record("error.type", status.as_str());
        span.record("otel.status_code", "ERROR");
    }
}
