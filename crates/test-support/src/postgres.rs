//! A Postgres server that belongs to the test run, and a database for a test.
//!
//! Where the server comes from, in this order; `TEST_POSTGRES_PROVIDER` (`url`, `docker` or `local`)
//! asks for one of them alone:
//!
//! 1. `TEST_DATABASE_URL`, whose role must be allowed to create databases;
//! 2. a Docker engine that has the image `TEST_POSTGRES_IMAGE` (default `postgres:17`) or can pull it;
//! 3. the machine's own `initdb` and `postgres`, in the `PATH` or in Debian's folder. Started by root
//!    they run as the user `postgres`.
//!
//! Where there is none of them, the test fails and says what to install. Which one is used is printed.
//! A server that was started here listens on 127.0.0.1 alone, on a port of its own, and is gone when
//! the test process is, however that ends.

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

/// The most that a server may take to answer after its start, recovery included.
const READY_WITHIN: Duration = Duration::from_mins(1);

/// What can be done to a server that was started here.
#[async_trait]
trait Engine: Send + Sync {
    /// Ends it as an operator would; open transactions are rolled back.
    async fn stop(&self);
    /// Starts it again after [`Engine::stop`] or [`Engine::kill`].
    async fn start(&self);
    /// Ends it as a crash would.
    async fn kill(&self);
    /// Takes all processor time from it: it accepts connections and answers nothing.
    async fn freeze(&self);
    /// Undoes [`Engine::freeze`].
    async fn thaw(&self);
    /// All that it ever logged.
    async fn log(&self) -> String;
}

/// A running Postgres server.
pub struct PostgresServer {
    /// Where its maintenance database is; always with the role that may do everything.
    url: String,
    /// None for a server that was there before.
    engine: Option<Box<dyn Engine>>,
    template: OnceCell<TestDatabase>,
}

impl PostgresServer {
    /// The server of this test process, started when it is first asked for. It does not sync what it
    /// writes, and no test may stop it.
    ///
    /// # Panics
    /// When there is no way to get a server.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<PostgresServer> = OnceCell::const_new();
        SHARED.get_or_init(provider::shared).await
    }

    /// A server of the caller's own, whatever `TEST_DATABASE_URL` says. It goes when the value is
    /// dropped.
    ///
    /// # Panics
    /// When there is no way to get a server.
    pub async fn own(options: &PostgresOptions) -> Self {
        provider::own(options).await
    }

    /// A server of the caller's own in a container on that Docker network, and the name by which other
    /// containers on the network find it, at the usual port.
    ///
    /// # Errors
    /// Why there is none: no engine answers, or it has not the image and cannot pull it.
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

    /// The address of the maintenance database `postgres`, or what `TEST_DATABASE_URL` says.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops the server as an operator would: connections are cut, transactions rolled back.
    pub async fn stop(&self) {
        self.engine().stop().await;
    }

    /// Starts the server again, on the port that it had, and waits until it answers.
    pub async fn start(&self) {
        self.engine().start().await;
        self.ready().await;
    }

    /// Ends every process of the server at once, as a crash would.
    pub async fn kill(&self) {
        self.engine().kill().await;
    }

    /// Halts every process of the server: it accepts connections and never answers.
    pub async fn freeze(&self) {
        self.engine().freeze().await;
    }

    /// Lets a frozen server go on.
    pub async fn thaw(&self) {
        self.engine().thaw().await;
    }

    /// All that the server has logged since its first start.
    pub async fn log(&self) -> String {
        self.engine().log().await
    }

    fn engine(&self) -> &dyn Engine {
        self.engine
            .as_deref()
            .expect("a server that was there before is left alone; ask for one of your own")
    }

    async fn ready(&self) {
        eventually("Postgres answers", READY_WITHIN, async || {
            answers(&self.url).await
        })
        .await;
    }
}

async fn answers(url: &str) -> bool {
    let asked = async {
        let mut connection = PgConnection::connect(url).await?;
        connection.execute("SELECT 1").await?;
        connection.close().await
    };
    let within = tokio::time::timeout(Duration::from_secs(5), asked).await;
    matches!(within, Ok(Ok(())))
}
