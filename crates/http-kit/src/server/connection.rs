//! One connection, from its first byte to its last.

use std::{convert::Infallible, future, sync::Arc};

use axum::{body::Body, response::Response};
use http::{HeaderValue, Request, header};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::{Service, ServiceExt};
use tracing::debug;

use super::{
    Limits,
    body::{AnswerBody, RequestBody},
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
    let service = service_fn(move |request| answer(service.clone(), Arc::clone(&slot), request));
    if let Err(error) = protocol.serve_connection(stream, service).await {
        debug!(%error, "a connection ended early");
    }
}

/// Hands one request to the service, and keeps the connection's phase while it is answered.
async fn answer<S>(
    service: S,
    slot: Arc<Slot>,
    request: Request<Incoming>,
) -> Result<Response<AnswerBody>, Infallible>
where
    S: Service<Request<Body>, Response = Response, Error = Infallible>,
{
    if !slot.begin_work().await {
        // Condemned while the head came: the connection is about to be dropped, and this with it.
        return future::pending().await;
    }
    let mut response = service
        .oneshot(request.map(|body| RequestBody::wrap(body, &slot)))
        .await?;
    if slot.is_last_answer() {
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    slot.begin_answer();
    Ok(response.map(|body| AnswerBody::new(body, slot)))
}
