//! Postgres and copies of the program, whatever they run as.

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

/// The most that a copy may take until it is ready.
const READY_WITHIN: Duration = Duration::from_mins(1);

/// A database that is set up as the documentation says, and somewhere to run copies of the program.
pub struct Deployment {
    pub postgres: PostgresServer,
    host: Box<dyn Host>,
}

/// Where the program runs.
#[async_trait(?Send)]
trait Host: Send + Sync {
    /// Where the program finds the database, as that role.
    fn database_url(&self, role: Role) -> String;

    /// What the program must be told about the way to the database, besides the URL.
    fn database_arguments(&self) -> &'static [&'static str] {
        &[]
    }

    /// Runs a command of the program to its end.
    async fn run(&self, url: &str, args: &[&str]) -> Finished;

    /// Starts `customers serve`, and does not wait until it is ready.
    async fn serve(&self, url: &str, args: &[&str]) -> Box<dyn Running>;
}

/// A copy of the program that can be ended and started again at the same address.
#[async_trait(?Send)]
trait Running: Send + Sync {
    fn address(&self) -> SocketAddr;
    /// Asks it to end, and answers with the exit code.
    async fn stop(&self) -> i64;
    async fn kill(&self);
    async fn start(&self);
    /// All that it wrote since its first start.
    async fn log(&self) -> String;
}

/// The roles that `deploy/roles.sql` makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// May change the schema.
    Owner,
    /// May change customers.
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

/// How a command ended.
pub struct Finished {
    pub exit_code: i64,
    pub stdout: String,
    pub stderr: String,
}

impl Deployment {
    /// A database of its own, migrated by one role and granted to the other.
    pub async fn new() -> Self {
        let (postgres, host) = provider::choose().await;
        let deployment = Self { postgres, host };
        deployment.execute_file("postgres", "roles.sql").await;
        let migrated = deployment.migrate().await;
        assert_eq!(migrated.exit_code, 0, "{}", migrated.stderr);
        deployment.execute_file("customers", "grants.sql").await;
        deployment
    }

    /// Brings the schema up, on a direct connection.
    pub async fn migrate(&self) -> Finished {
        let url = self.host.database_url(Role::Owner);
        self.host.run(&url, &["migrate"]).await
    }

    /// Starts a copy of the program and waits until it is ready.
    pub async fn copy(&self) -> Instance {
        let url = self.host.database_url(Role::App);
        let args = self.host.database_arguments();
        let running = self.host.serve(&url, args).await;
        let copy = Instance { running };
        copy.ready().await;
        copy
    }

    /// Runs `customers keys` with these arguments, which must work, and answers with its output.
    pub async fn keys(&self, args: &[&str]) -> String {
        let url = self.host.database_url(Role::App);
        let args = [&["keys"], args, self.host.database_arguments()].concat();
        let finished = self.host.run(&url, &args).await;
        assert_eq!(finished.exit_code, 0, "{}", finished.stderr);
        finished.stdout
    }

    /// A new key of that tenant that may read and write.
    pub async fn key(&self, tenant: &str) -> String {
        let scopes = "customers:read,customers:write";
        let args = ["create", "--quiet", "--tenant", tenant, "--scope", scopes];
        self.keys(&args).await.trim().to_owned()
    }

    /// Where the test itself finds a database, as a role that may do everything or as one of ours.
    pub fn url(&self, database: &str, role: Option<Role>) -> String {
        let url = self.postgres.url();
        let (_, place) = url.rsplit_once('@').expect("a role in the URL");
        let (address, _) = place.split_once('/').expect("a database in the URL");
        let role = role.map_or("postgres", Role::name);
        format!("postgres://{role}@{address}/{database}")
    }

    /// A connection of the test's own.
    pub async fn connect(&self, database: &str, role: Option<Role>) -> PgConnection {
        let url = self.url(database, role);
        PgConnection::connect(&url).await.expect("Postgres answers")
    }

    /// Runs a statement in the database of the customers, as a role that may do everything.
    pub async fn execute(&self, statement: &'static str) {
        let mut connection = self.connect("customers", None).await;
        connection.execute(statement).await.expect(statement);
    }

    /// How many customers there are.
    pub async fn count_customers(&self) -> usize {
        let mut connection = self.connect("customers", None).await;
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM customers")
            .fetch_one(&mut connection)
            .await
            .expect("a count");
        usize::try_from(count).expect("a count")
    }

    /// Runs the statements of a file in `deploy/`, one by one: a database is not made in a transaction.
    async fn execute_file(&self, database: &str, file: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../deploy")
            .join(file);
        let text = std::fs::read_to_string(path).expect("the file is there");
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

/// A copy of the program. It is gone when this is dropped.
pub struct Instance {
    running: Box<dyn Running>,
}

impl Instance {
    /// Where it listens, whether it runs or not.
    pub fn address(&self) -> SocketAddr {
        self.running.address()
    }

    /// A caller with that key.
    pub fn caller(&self, key: &str) -> Caller {
        Caller::at(self.address(), key)
    }

    /// Sends SIGTERM, waits for the end, and answers with the exit code.
    pub async fn stop(&self) -> i64 {
        self.running.stop().await
    }

    /// Ends it as a crash would.
    pub async fn kill(&self) {
        self.running.kill().await;
    }

    /// Starts it again and waits until it is ready.
    pub async fn start(&self) {
        self.running.start().await;
        self.ready().await;
    }

    /// All that it wrote since its first start.
    pub async fn log(&self) -> String {
        self.running.log().await
    }

    /// Whether it says that it is ready. One that does not answer is not.
    pub async fn is_ready(&self) -> bool {
        let answer = self.caller("none").try_get("/health/ready").await;
        answer.is_ok_and(|answer| answer.status == 200)
    }

    /// Waits until it says so.
    pub async fn ready(&self) {
        let is_ready = async || self.is_ready().await;
        eventually("a copy is ready", READY_WITHIN, is_ready).await;
    }
}
