//! A Postgres server for the test run, and a database for each test.
//!
//! The server comes from the first of these that is available. `TEST_POSTGRES_PROVIDER` (`url`, `docker` or
//! `local`) selects one of them.
//!
//! 1. `TEST_DATABASE_URL`. Its role must be allowed to create databases.
//! 2. A Docker engine that has the image `TEST_POSTGRES_IMAGE` (default `postgres:17`) or can pull it.
//! 3. `initdb` and `postgres` of this machine, in the `PATH` or in Debian's folder. If started by root, they
//!    run as the user `postgres`.
//!
//! If none is available, the test fails and prints what to install. The provider that is used is printed.
//! A server that was started here listens only on 127.0.0.1, on a free port. It is stopped when the test
//! process ends for any reason.

mod database;
mod docker;
mod local;
mod options;
mod processes;
mod provider;
mod url;

use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Executor as _};
use tokio::sync::OnceCell;

pub use database::TestDatabase;
pub use options::PostgresOptions;

use crate::eventually;

/// Maximum time until a started server accepts queries, including recovery.
const READY_TIMEOUT: Duration = Duration::from_mins(1);

/// Controls a server that was started here.
#[async_trait]
trait Engine: Send + Sync {
    /// Stops the server in an orderly way. Open transactions are rolled back.
    async fn stop(&self);
    /// Starts the server again after [`Engine::stop`] or [`Engine::kill`].
    async fn start(&self);
    /// Kills the server, like a crash.
    async fn kill(&self);
    /// Suspends the server: it accepts connections and does not respond.
    async fn freeze(&self);
    /// Resumes the server after [`Engine::freeze`].
    async fn thaw(&self);
    /// Returns the whole log.
    async fn log(&self) -> String;
}

/// A running Postgres server.
pub struct PostgresServer {
    /// URL of the maintenance database, with a superuser role.
    url: String,
    /// `None` for the server of `TEST_DATABASE_URL`.
    engine: Option<Box<dyn Engine>>,
    template: OnceCell<TestDatabase>,
}

impl PostgresServer {
    /// Returns the shared server of this test process, and starts it on the first call. It runs with `fsync` off,
    /// and tests must not stop it.
    ///
    /// # Panics
    /// Panics if no server is available.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<PostgresServer> = OnceCell::const_new();
        SHARED.get_or_init(provider::shared).await
    }

    /// Starts a new server, regardless of `TEST_DATABASE_URL`. It is stopped when the value is dropped.
    ///
    /// # Panics
    /// Panics if no server is available.
    pub async fn own(options: &PostgresOptions) -> Self {
        provider::own(options).await
    }

    /// Starts a new server in a container on a Docker network. Also returns its host name on the network, where it
    /// listens on port 5432.
    ///
    /// # Errors
    /// Returns the reason if the engine cannot be reached, or if it does not have the image and cannot pull it.
    pub async fn in_network(
        network: &str,
        options: &PostgresOptions,
    ) -> Result<(Self, String), String> {
        provider::in_network(network, options).await
    }

    fn new(url: String, engine: Option<Box<dyn Engine>>) -> Self {
        Self {
            url,
            engine,
            template: OnceCell::new(),
        }
    }

    /// Returns the URL of the maintenance database `postgres`, or `TEST_DATABASE_URL`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops the server in an orderly way: it closes connections and rolls back transactions.
    pub async fn stop(&self) {
        self.engine().stop().await;
    }

    /// Starts the server again, on the same port, and waits until it accepts queries.
    pub async fn start(&self) {
        self.engine().start().await;
        self.ready().await;
    }

    /// Kills every process of the server at once, like a crash.
    pub async fn kill(&self) {
        self.engine().kill().await;
    }

    /// Suspends every process of the server: it accepts connections and does not respond.
    pub async fn freeze(&self) {
        self.engine().freeze().await;
    }

    /// Resumes a frozen server.
    pub async fn thaw(&self) {
        self.engine().thaw().await;
    }

    /// Returns the log of the server since its first start.
    pub async fn log(&self) -> String {
        self.engine().log().await
    }

    fn engine(&self) -> &dyn Engine {
        self.engine
            .as_deref()
            .expect("the server of TEST_DATABASE_URL cannot be controlled; use PostgresServer::own")
    }

    async fn ready(&self) {
        eventually("Postgres accepts queries", READY_TIMEOUT, async || {
            accepts_queries(&self.url).await
        })
        .await;
    }
}

async fn accepts_queries(url: &str) -> bool {
    let query = async {
        let mut connection = PgConnection::connect(url).await?;
        connection.execute("SELECT 1").await?;
        connection.close().await
    };
    let result = tokio::time::timeout(Duration::from_secs(5), query).await;
    matches!(result, Ok(Ok(())))
}
