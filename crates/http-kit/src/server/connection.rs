//! A connection, from accept to close.

use std::{convert::Infallible, future, pin::pin, sync::Arc};

use axum::{body::Body, response::Response};
use http::{HeaderMap, HeaderValue, Request, Version, header};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::{Service, ServiceExt};
use tracing::debug;

use super::{
    Limits,
    body::{ResponseBody, TimedBody},
    heads::AmbiguousLength,
    slot::Slot,
    stream::Stream,
};

/// Bytes of the buffer for the request line, in addition to the headers. It is hyper's minimum buffer size.
const REQUEST_LINE_BYTES: usize = 8 * 1024;

/// Maximum number of headers in a request. A small head with more would take ten times its size in memory.
const MAX_HEADERS: usize = 256;

/// Returns the HTTP settings of every connection.
pub(super) fn protocol(limits: &Limits) -> http1::Builder {
    let mut protocol = http1::Builder::new();
    protocol
        // hyper's timeout would also close idle connections; the watchdog distinguishes them.
        .header_read_timeout(None)
        // A client that has shut down its side may still wait for the response, and a change in progress must finish.
        .half_close(true)
        .max_headers(MAX_HEADERS)
        .max_buf_size(limits.head_bytes.saturating_add(REQUEST_LINE_BYTES));
    protocol
}

/// Serves the requests of one connection. Dropping the future closes the connection.
pub(super) async fn run<S>(
    tcp: TcpStream,
    slot: Arc<Slot>,
    protocol: Arc<http1::Builder>,
    service: S,
) where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    if let Err(error) = tcp.set_nodelay(true) {
        debug!(%error, "responses may be delayed");
    }
    let stream = TokioIo::new(Stream::new(tcp, Arc::clone(&slot)));
    let service_slot = Arc::clone(&slot);
    let http_service =
        service_fn(move |request| respond(service.clone(), Arc::clone(&service_slot), request));
    let mut connection = pin!(protocol.serve_connection(stream, http_service));
    let ended = future::poll_fn(|cx| {
        let ended = connection.as_mut().poll(cx);
        slot.discard_unread(cx);
        ended
    });
    if let Err(error) = ended.await {
        debug!(%error, "a connection ended early");
    }
}

/// Passes a request to the service and updates the phase of the connection.
async fn respond<S>(
    service: S,
    slot: Arc<Slot>,
    mut request: Request<Incoming>,
) -> Result<Response<ResponseBody>, Infallible>
where
    S: Service<Request<Body>, Response = Response, Error = Infallible>,
{
    if !slot.begin_work().await {
        // The connection was condemned while the head arrived. It is about to be dropped, and this future with it.
        return future::pending().await;
    }
    if slot.count_head() {
        request.extensions_mut().insert(AmbiguousLength);
    }
    let version = request.version();
    let client_keeps_alive = persists(version, request.headers());
    slot.unread().begin();
    let mut response = service.oneshot(TimedBody::wrap(request, &slot)).await?;
    let keep_alive = client_keeps_alive
        && !slot.is_last_response()
        && !has_token(response.headers(), "close")
        && slot.begin_discarding();
    if !keep_alive {
        slot.unread().abandon();
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
        // For a response of a later version than the request, hyper would add the `keep-alive` that an HTTP/1.0 client
        // requested.
        *response.version_mut() = version;
    }
    slot.begin_response();
    Ok(response.map(|body| ResponseBody::new(body, slot)))
}

/// Returns whether the client keeps the connection open after this request (RFC 9112 section 9.3).
fn persists(version: Version, headers: &HeaderMap) -> bool {
    !has_token(headers, "close")
        && (version >= Version::HTTP_11 || has_token(headers, "keep-alive"))
}

/// Returns whether the header `Connection` contains the token.
fn has_token(headers: &HeaderMap, token: &str) -> bool {
    let values = headers.get_all(header::CONNECTION).iter();
    let mut tokens = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    tokens.any(|found| found.trim_ascii().eq_ignore_ascii_case(token.as_bytes()))
}
