use std::pin::pin;
use std::time::Duration;

use tokio::time::timeout;

use crate::connection::{Connection, Connector};
use crate::failure::Failure;
use crate::sessions::{Backend, Sessions};
use crate::sql;
use crate::statement::Statement;

/// How long the connection may take to respond before another one is tried as well.
const PATIENCE: Duration = Duration::from_millis(400);

/// The connection that watches the server.
#[derive(Default)]
pub(super) struct Watcher {
    connection: Option<Connection>,
    /// The backends of earlier connections, which may still be there.
    former: Vec<Backend>,
}

impl Watcher {
    /// Lists the server's sessions, on another connection where this one does not respond.
    pub(super) async fn look(&mut self, connector: &Connector) -> Result<Sessions, Failure> {
        let Some(connection) = self.connection.take() else {
            let (connection, sessions) = connect(connector).await?;
            self.connection = Some(connection);
            return Ok(sessions);
        };
        let own = connection.backend();
        let mut responding = pin!(list(connection));
        let response = if let Ok(response) = timeout(PATIENCE, responding.as_mut()).await {
            response
        } else {
            // A server that is slow is slow to let in another connection, too; a connection that died
            // is overtaken by it.
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

    /// Closes the connection, so that the next look needs a new one.
    pub(super) fn reconnect(&mut self) {
        let former = self.connection.take();
        self.former.extend(former.and_then(|one| one.backend()));
    }

    /// Ends those backends, and what is left of former connections of this one.
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
        // What could not be ended is still there at the next look.
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
