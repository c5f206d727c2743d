use std::time::Duration;

use async_trait::async_trait;
use customers_ports::{StoreError, StoreHealth};
use tokio::sync::Mutex;
use tokio::time::timeout;
use tracing::instrument;

use crate::connection::Connection;
use crate::database::Database;
use crate::failure::Failure;

/// How long the database may take to show a sign of life.
const LIMIT: Duration = Duration::from_secs(2);

/// Whether Postgres answers.
///
/// It has a connection of its own: that all others are busy under load says nothing ill of the server.
pub struct PgStoreHealth {
    database: Database,
    connection: Mutex<Option<Connection>>,
}

impl PgStoreHealth {
    /// Looks after that database.
    pub fn new(database: Database) -> Self {
        Self {
            database,
            connection: Mutex::new(None),
        }
    }

    async fn ping(&self) -> Result<(), Failure> {
        let mut held = self.connection.lock().await;
        // Taken out, so that whatever ends this early leaves no connection in doubt behind.
        if let Some(mut old) = held.take()
            && old.ping().await.is_ok()
        {
            *held = Some(old);
            return Ok(());
        }
        let mut new = self.database.connector().connect().await?;
        new.ping().await?;
        *held = Some(new);
        Ok(())
    }
}

#[async_trait]
impl StoreHealth for PgStoreHealth {
    #[instrument(
        name = "postgres.health",
        skip_all,
        fields(otel.kind = "client", db.system.name = "postgresql")
    )]
    async fn check(&self) -> Result<(), StoreError> {
        let outcome = timeout(LIMIT, self.ping()).await;
        let outcome = outcome.unwrap_or_else(|_| Err(Failure::timed_out("a sign of life", LIMIT)));
        Ok(outcome?)
    }
}
