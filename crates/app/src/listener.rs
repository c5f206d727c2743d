//! The addresses that the program listens on.

use std::net::SocketAddr;

use customers_http_kit::server;
use tokio::net::TcpListener;

use crate::failure::Failure;

/// Listens on an address; port 0 stands for any free port. Returns the address that it became.
///
/// # Errors
/// When the address is in use, is not this machine's, or needs a privilege.
pub(crate) fn listen(asked: SocketAddr) -> Result<(TcpListener, SocketAddr), Failure> {
    let failed = |source| Failure::Listen {
        address: asked,
        source,
    };
    let listener = server::bind(asked).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}
