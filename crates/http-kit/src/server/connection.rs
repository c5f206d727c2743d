//! One connection, from its first byte to its last.

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
    body::{AnswerBody, RequestBody},
    heads::AmbiguousLength,
    slot::Slot,
    stream::Stream,
};

/// Room in the buffer for the request line, beside the headers. No buffer may be smaller.
const REQUEST_LINE: usize = 8 * 1024;

/// Headers of one request. More would let a small head grow tenfold in memory.
const MAX_HEADERS: usize = 256;

/// How HTTP is spoken on every connection.
pub(super) fn protocol(limits: &Limits) -> http1::Builder {
    let mut protocol = http1::Builder::new();
    protocol
        // Its timeout would also end idle connections; the watchdog keeps the two apart.
        .header_read_timeout(None)
        // One who has nothing more to send may still wait for the answer, and a change that has begun should end.
        .half_close(true)
        .max_headers(MAX_HEADERS)
        .max_buf_size(limits.head_bytes.saturating_add(REQUEST_LINE));
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
        debug!(%error, "answers may be delayed");
    }
    let stream = TokioIo::new(Stream::new(tcp, Arc::clone(&slot)));
    let answering = Arc::clone(&slot);
    let answer =
        service_fn(move |request| answer(service.clone(), Arc::clone(&answering), request));
    let mut connection = pin!(protocol.serve_connection(stream, answer));
    let ended = future::poll_fn(|cx| {
        let ended = connection.as_mut().poll(cx);
        slot.discard_unread(cx);
        ended
    });
    if let Err(error) = ended.await {
        debug!(%error, "a connection ended early");
    }
}

/// Hands one request to the service, and keeps the connection's phase while it is answered.
async fn answer<S>(
    service: S,
    slot: Arc<Slot>,
    mut request: Request<Incoming>,
) -> Result<Response<AnswerBody>, Infallible>
where
    S: Service<Request<Body>, Response = Response, Error = Infallible>,
{
    if !slot.begin_work().await {
        // Condemned while the head came: the connection is about to be dropped, and this with it.
        return future::pending().await;
    }
    if slot.count_head() {
        request.extensions_mut().insert(AmbiguousLength);
    }
    let version = request.version();
    let client_stays = persists(version, request.headers());
    slot.unread().begin();
    let mut response = service.oneshot(RequestBody::wrap(request, &slot)).await?;
    let stays = client_stays
        && !slot.is_last_answer()
        && !has_token(response.headers(), "close")
        && slot.begin_discarding();
    if !stays {
        slot.unread().abandon();
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
        // To a response of a later version hyper adds the `keep-alive` that the client of an earlier one asked for.
        *response.version_mut() = version;
    }
    slot.begin_answer();
    Ok(response.map(|body| AnswerBody::new(body, slot)))
}

/// Whether the client keeps the connection after this request (RFC 9112 section 9.3).
fn persists(version: Version, headers: &HeaderMap) -> bool {
    !has_token(headers, "close")
        && (version >= Version::HTTP_11 || has_token(headers, "keep-alive"))
}

/// Whether `Connection` lists the token.
fn has_token(headers: &HeaderMap, token: &str) -> bool {
    let values = headers.get_all(header::CONNECTION).iter();
    let mut tokens = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    tokens.any(|found| found.trim_ascii().eq_ignore_ascii_case(token.as_bytes()))
}
