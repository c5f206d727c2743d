//! A Postgres and instances of the program, as containers or processes.

mod containers;
mod pooler;
mod processes;
mod provider;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use customers_test_support::eventually;
use customers_test_support::postgres::PostgresServer;
use customers_tests::Caller;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

/// Maximum time until an instance is ready.
const READY_TIMEOUT: Duration = Duration::from_mins(1);

/// A database that is set up as documented, and a host for instances of the program.
pub struct Deployment {
    pub postgres: PostgresServer,
    host: Box<dyn Host>,
}

/// Runs the program, as a container or a process.
#[async_trait(?Send)]
trait Host: Send + Sync {
    /// Returns the URL of the database for the program and a role.
    fn database_url(&self, role: Role) -> String;

    /// Returns further arguments for the connection to the database.
    fn database_arguments(&self) -> &'static [&'static str] {
        &[]
    }

    /// Runs a command of the program and waits for its end.
    async fn run(&self, url: &str, args: &[&str]) -> Finished;

    /// Starts `customers serve` without waiting until it is ready.
    async fn serve(&self, url: &str, args: &[&str]) -> Box<dyn Running>;
}

/// An instance of the program that can be stopped and started again at the same address.
#[async_trait(?Send)]
trait Running: Send + Sync {
    fn address(&self) -> SocketAddr;
    /// Sends SIGTERM and returns the exit code.
    async fn stop(&self) -> i64;
    async fn kill(&self);
    async fn start(&self);
    /// Returns its output since the first start.
    async fn log(&self) -> String;
}

/// The roles that `deploy/roles.sql` creates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Owns the schema.
    Owner,
    /// Used by the service.
    App,
}

impl Role {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "customers_owner",
            Self::App => "customers_app",
        }
    }
}

/// Result of a command.
pub struct Finished {
    pub exit_code: i64,
    pub stdout: String,
    pub stderr: String,
}

impl Deployment {
    /// Creates a database, migrated by one role and granted to the other.
    pub async fn new() -> Self {
        let (postgres, host) = provider::choose().await;
        let deployment = Self { postgres, host };
        deployment.execute_file("postgres", "roles.sql").await;
        let migrated = deployment.migrate().await;
        assert_eq!(migrated.exit_code, 0, "{}", migrated.stderr);
        deployment.execute_file("customers", "grants.sql").await;
        deployment
    }

    /// Migrates the schema on a direct connection.
    pub async fn migrate(&self) -> Finished {
        let url = self.host.database_url(Role::Owner);
        self.host.run(&url, &["migrate"]).await
    }

    /// Starts an instance of the program and waits until it is ready.
    pub async fn copy(&self) -> Instance {
        let url = self.host.database_url(Role::App);
        let args = self.host.database_arguments();
        let running = self.host.serve(&url, args).await;
        let copy = Instance { running };
        copy.ready().await;
        copy
    }

    /// Runs `customers keys` with the given arguments and returns its output. Panics if it fails.
    pub async fn keys(&self, args: &[&str]) -> String {
        let url = self.host.database_url(Role::App);
        let args = [&["keys"], args, self.host.database_arguments()].concat();
        let finished = self.host.run(&url, &args).await;
        assert_eq!(finished.exit_code, 0, "{}", finished.stderr);
        finished.stdout
    }

    /// Creates an API key of a tenant that can read and write.
    pub async fn key(&self, tenant: &str) -> String {
        let scopes = "customers:read,customers:write";
        let args = ["create", "--quiet", "--tenant", tenant, "--scope", scopes];
        self.keys(&args).await.trim().to_owned()
    }

    /// Returns the URL of a database for the test, as a superuser or as one of the roles.
    pub fn url(&self, database: &str, role: Option<Role>) -> String {
        let url = self.postgres.url();
        let (_, place) = url.rsplit_once('@').expect("a role in the URL");
        let (address, _) = place.split_once('/').expect("a database in the URL");
        let role = role.map_or("postgres", Role::name);
        format!("postgres://{role}@{address}/{database}")
    }

    /// Connects the test to a database.
    pub async fn connect(&self, database: &str, role: Option<Role>) -> PgConnection {
        let url = self.url(database, role);
        PgConnection::connect(&url)
            .await
            .expect("Postgres accepts connections")
    }

    /// Runs a statement in the service's database as a superuser.
    pub async fn execute(&self, statement: &'static str) {
        let mut connection = self.connect("customers", None).await;
        connection.execute(statement).await.expect(statement);
    }

    /// Returns the number of customers.
    pub async fn count_customers(&self) -> usize {
        let mut connection = self.connect("customers", None).await;
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM customers")
            .fetch_one(&mut connection)
            .await
            .expect("a count");
        usize::try_from(count).expect("a count")
    }

    /// Runs the statements of a file in `deploy/` one by one, because a database cannot be created in a transaction.
    async fn execute_file(&self, database: &str, file: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../deploy")
            .join(file);
        let text = std::fs::read_to_string(path).expect("the file exists");
        let text: Vec<&str> = text
            .lines()
            .filter(|line| !line.starts_with("--"))
            .collect();
        let mut connection = self.connect(database, None).await;
        for statement in text.join("\n").split(';') {
            let done = connection.execute(AssertSqlSafe(statement)).await;
            assert!(done.is_ok(), "{file}: {statement}: {done:?}");
        }
    }
}

/// An instance of the program. It is stopped when this is dropped.
pub struct Instance {
    running: Box<dyn Running>,
}

impl Instance {
    /// Returns its address, which stays the same while it is stopped.
    pub fn address(&self) -> SocketAddr {
        self.running.address()
    }

    /// Returns a client with an API key.
    pub fn caller(&self, key: &str) -> Caller {
        Caller::at(self.address(), key)
    }

    /// Sends SIGTERM, waits for the end, and returns the exit code.
    pub async fn stop(&self) -> i64 {
        self.running.stop().await
    }

    /// Kills it, like a crash.
    pub async fn kill(&self) {
        self.running.kill().await;
    }

    /// Starts it again and waits until it is ready.
    pub async fn start(&self) {
        self.running.start().await;
        self.ready().await;
    }

    /// Returns its output since the first start.
    pub async fn log(&self) -> String {
        self.running.log().await
    }

    /// Returns whether it is ready. An instance that does not respond is not.
    pub async fn is_ready(&self) -> bool {
        let answer = self.caller("none").try_get("/health/ready").await;
        answer.is_ok_and(|answer| answer.status == 200)
    }

    /// Waits until it is ready.
    pub async fn ready(&self) {
        let is_ready = async || self.is_ready().await;
        eventually("an instance is ready", READY_TIMEOUT, is_ready).await;
    }
}
