use deadpool::managed::{Manager, Metrics, Object, RecycleError, RecycleResult};

use crate::connection::{Connection, Connector};
use crate::failure::Failure;

/// A connection on loan, which goes back when it is dropped.
pub(crate) type Lease = Object<Connector>;

impl Manager for Connector {
    type Type = Connection;
    type Error = Failure;

    async fn create(&self) -> Result<Connection, Failure> {
        self.connect().await
    }

    /// Asks the server nothing: a trip for every use would cost more than the rare dead connection,
    /// which its first statement finds out.
    async fn recycle(&self, connection: &mut Connection, _: &Metrics) -> RecycleResult<Failure> {
        if connection.is_open() {
            Ok(())
        } else {
            Err(RecycleError::Backend(Failure::closed()))
        }
    }
}

/// Whether the connection was opened for an earlier call, so that the server may have gone since.
pub(crate) fn is_old(lease: &Lease) -> bool {
    Object::metrics(lease).recycle_count > 0
}
