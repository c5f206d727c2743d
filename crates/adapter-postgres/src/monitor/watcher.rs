use std::pin::pin;
use std::time::Duration;

use tokio::time::timeout;

use crate::connection::{Connection, Connector};
use crate::failure::Failure;
use crate::sessions::{Backend, Sessions};
use crate::sql;
use crate::statement::Statement;

/// Time after which another connection is tried in parallel.
const RESPONSE_TIMEOUT: Duration = Duration::from_millis(400);

/// The connection that monitors the server.
#[derive(Default)]
pub(super) struct Watcher {
    connection: Option<Connection>,
    /// The backends of earlier connections, which may still exist.
    former: Vec<Backend>,
}

impl Watcher {
    /// Lists the server's sessions. Uses another connection if this one does not respond.
    pub(super) async fn look(&mut self, connector: &Connector) -> Result<Sessions, Failure> {
        let Some(connection) = self.connection.take() else {
            let (connection, sessions) = connect(connector).await?;
            self.connection = Some(connection);
            return Ok(sessions);
        };
        let own = connection.backend();
        let mut responding = pin!(list(connection));
        let response = if let Ok(response) = timeout(RESPONSE_TIMEOUT, responding.as_mut()).await {
            response
        } else {
            // A slow server is also slow to accept another connection. A new connection is faster than a dead one.
            tokio::select! {
                response = responding => response,
                response = connect(connector) => {
                    self.former.extend(own);
                    let (connection, sessions) = response?;
                    self.connection = Some(connection);
                    return Ok(sessions);
                }
            }
        };
        let (connection, sessions) = if let Ok(response) = response {
            response
        } else {
            self.former.extend(own);
            connect(connector).await?
        };
        self.connection = Some(connection);
        Ok(sessions)
    }

    /// Closes the connection, so that the next reading uses a new one.
    pub(super) fn reconnect(&mut self) {
        let former = self.connection.take();
        self.former.extend(former.and_then(|one| one.backend()));
    }

    /// Ends these backends, and the remaining backends of earlier connections.
    pub(super) async fn end_idle(&mut self, mut backends: Vec<Backend>, sessions: &Sessions) {
        self.former.retain(|former| sessions.contains(*former));
        backends.extend(&self.former);
        let Some(connection) = self.connection.as_mut().filter(|_| !backends.is_empty()) else {
            return;
        };
        let (pids, since): (Vec<_>, Vec<_>) =
            backends.iter().map(|one| (one.pid, one.since)).unzip();
        let statement = Statement::new(sql::END_IDLE_SESSIONS)
            .bind(pids)
            .bind(since);
        // Backends that could not be ended are found by the next reading.
        let _ = connection.fetch(statement).await;
    }
}

async fn connect(connector: &Connector) -> Result<(Connection, Sessions), Failure> {
    list(connector.connect().await?).await
}

async fn list(mut connection: Connection) -> Result<(Connection, Sessions), Failure> {
    let rows = connection.fetch(Statement::new(sql::LIST_SESSIONS)).await?;
    Ok((connection, Sessions::from_rows(&rows)?))
}
