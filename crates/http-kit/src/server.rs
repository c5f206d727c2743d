//! The HTTP/1.1 listener. Each connection is in a phase, most phases have a time limit, and the number of connections
//! is limited.
//!
//! A new connection is *open* until its first byte arrives. It then reads a *head*, receives a *body*, is *working* or
//! *responding*, *discards* a body that the service did not read, is *idle* between two requests, and is finally
//! *closing*. One watchdog closes the connections that exceed the limit of their phase. When the maximum number of
//! connections is reached, the next one evicts the connection that has been idle or sending its head for the longest
//! time. Connections with a request in progress are not evicted.
//!
//! This module does not know routes or problems. It serves any [`tower::Service`], such as an [`axum::Router`].

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

/// Maximum number of connections that the kernel queues while the program accepts others.
const BACKLOG: u32 = 4096;

/// Bytes of the kernel's buffer for one connection in each direction; the kernel doubles them for its own use. Without
/// a limit the buffers grow to megabytes, and those of a thousand slow clients to gigabytes.
const SOCKET_BUFFER: u32 = 64 * 1024;

/// Opens a listener for [`serve`], with a long accept queue, small socket buffers, and an address that can be used
/// again right after a restart.
///
/// # Errors
/// The system's error if the address is in use, is not local, or needs a privilege.
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

/// Serves the connections of `listener` until `drain` is closed. Then waits for requests in flight, for at most
/// [`Limits::drain`].
///
/// Neither clients nor errors of the system end it earlier. If file descriptors run out, it evicts a connection and
/// continues. A panic of the service ends only its own connection. A request in progress continues after its client has
/// disconnected, so that its outcome is defined.
///
/// A request that declares the length of its body twice has the extension [`AmbiguousLength`].
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
