//! Listeners of the program.

use std::net::SocketAddr;

use customers_http_kit::server;
use tokio::net::TcpListener;

use crate::failure::Failure;

/// Listens on an address, where port 0 means any free port. Returns the listener and its address.
///
/// # Errors
/// Returns an error if the address is in use, is not local, or needs a privilege.
pub(crate) fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), Failure> {
    let failed = |source| Failure::Listen { address, source };
    let listener = server::bind(address).map_err(failed)?;
    let local = listener.local_addr().map_err(failed)?;
    Ok((listener, local))
}
