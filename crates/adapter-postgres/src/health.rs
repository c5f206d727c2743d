use std::time::Duration;

use async_trait::async_trait;
use customers_ports::{StoreError, StoreHealth};
use tokio::time::timeout;
use tracing::instrument;

use crate::database::Database;
use crate::failure::{Failure, FailureKind};

/// Timeout of the database.
const LIMIT: Duration = Duration::from_secs(2);

/// Health check of Postgres: it responds and can be written to.
///
/// The check has its own connection, because busy connections under load do not mean that the server is unhealthy.
pub struct PgStoreHealth {
    database: Database,
}

impl PgStoreHealth {
    /// Creates the health check of a database.
    pub const fn new(database: Database) -> Self {
        Self { database }
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
        let sessions = timeout(LIMIT, self.database.look())
            .await
            .unwrap_or_else(|_| Err(Failure::timed_out("a health check", LIMIT)))?;
        if sessions.is_read_only() {
            return Err(Failure::new(FailureKind::ReadOnly, "the server is read-only").into());
        }
        Ok(())
    }
}
