//! The HTTP/1.1 listener: every connection has a phase, every phase a limit, and their number a bound.
//!
//! A connection is *open* (nothing came yet), reading a *head*, *idle* between two requests, receiving a *body*,
//! *working*, *answering*, *discarding* a body that the service did not read, or *closing*. One watchdog for all of them
//! closes what outstays its phase; at the bound the longest idle one, or the one longest in its head, makes room for the
//! next. What is working is left alone.
//!
//! This module knows nothing of routes or problems: it serves any [`tower::Service`] that an
//! [`axum::Router`] is one of.

mod accept;
mod body;
mod connection;
mod deadlines;
mod drain;
mod heads;
mod limits;
mod phase;
mod slot;
mod slots;
mod stream;
mod unread;

use std::{convert::Infallible, io, net::SocketAddr};

use axum::{body::Body, response::Response};
use customers_metrics::ConnectionMetrics;
use http::Request;
use tokio::net::{TcpListener, TcpSocket};
use tower::Service;

pub use body::BodyTimedOut;
pub use drain::Drain;
pub use heads::AmbiguousLength;
pub use limits::Limits;

/// How many connections the system holds for us while we are busy accepting others.
const BACKLOG: u32 = 4096;

/// Bytes that the system may hold for one connection in each direction, before it doubles them for its own use.
/// Left to itself it grows them to megabytes, which a thousand slow readers would turn into gigabytes.
const SOCKET_BUFFER: u32 = 64 * 1024;

/// Opens a listener that is fit for [`serve`]: a long queue, small socket buffers, and an address that can be taken
/// again right after a restart.
///
/// # Errors
/// Whatever the system answers: the address is in use, is not ours, or needs a privilege.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    socket.set_recv_buffer_size(SOCKET_BUFFER)?;
    socket.set_send_buffer_size(SOCKET_BUFFER)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves every connection of `listener` until `drain` is closed, then waits for running requests, for
/// [`Limits::drain`] at most, and returns.
///
/// Nothing that a caller or the system does ends it earlier: when file handles run out, it drops a connection and
/// goes on. A service that panics loses its own connection and no other. A request that is being worked on goes on
/// when its caller is gone, so that what it has begun ends in a known way.
///
/// A request that declares the length of its body twice carries [`AmbiguousLength`] among its extensions.
pub async fn serve<S>(
    listener: TcpListener,
    service: S,
    limits: Limits,
    drain: Drain,
    connections: ConnectionMetrics,
) where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    accept::serve(listener, service, limits, drain, connections).await;
}
