use std::hash::{BuildHasher as _, RandomState};

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use super::PostgresServer;
use super::url::with_database;

/// Followed by the second in which the database was made and something random.
const PREFIX: &str = "customers_test_";
const NOW: &str = "SELECT extract(epoch FROM now())::bigint";
/// A test run that takes longer loses the databases that it does not use at the moment.
const LEFT_BEHIND_AFTER_SECONDS: i64 = 6 * 3600;

/// A database for one test. On a server that was there before, it is dropped with the value; on one
/// that was started here, it goes with the server.
pub struct TestDatabase {
    url: String,
    name: String,
    /// Through which database it is dropped.
    dropped_through: Option<String>,
}

impl TestDatabase {
    /// Where it is, with the role that owns it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl PostgresServer {
    /// A new, empty database.
    ///
    /// # Panics
    /// When the server does not make it.
    pub async fn empty_database(&self) -> TestDatabase {
        self.database("template1").await
    }

    /// A new database with the schema that `migrate` makes. It is called once for a server, with the
    /// address of the template that all of these databases are copied from, and must close its
    /// connections.
    ///
    /// # Panics
    /// When the server does not make it.
    pub async fn migrated_database(&self, migrate: impl AsyncFnOnce(&str)) -> TestDatabase {
        let template = self.template.get_or_init(async || {
            let template = self.database("template1").await;
            migrate(template.url()).await;
            template
        });
        let template = template.await.name().to_owned();
        self.database(&template).await
    }

    async fn database(&self, template: &str) -> TestDatabase {
        let name = create(&self.url, template)
            .await
            .expect("the role may create a database");
        TestDatabase {
            url: with_database(&self.url, &name),
            dropped_through: self.engine.is_none().then(|| self.url.clone()),
            name,
        }
    }

    /// Drops what earlier test processes could not: their templates, or all where they were killed.
    pub(super) async fn drop_what_was_left_behind(&self) {
        // Another process may be at it too; whoever comes later finds what is still there.
        let _ = drop_old(&self.url).await;
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Some(url) = self.dropped_through.take() else {
            return;
        };
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // The thread that drops this may be driving a runtime, and must not wait inside of it.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.map(|runtime| runtime.block_on(run(&url, statement)))
        });
        // What is left behind is no reason to fail a test that passed.
        let _ = dropped.join();
    }
}

async fn create(url: &str, template: &str) -> Result<String, sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    let now: i64 = sqlx::query_scalar(NOW).fetch_one(&mut connection).await?;
    let random = RandomState::new().hash_one(now);
    let name = format!("{PREFIX}{now}_{random:016x}");
    let statement = format!("CREATE DATABASE {name} TEMPLATE {template}");
    connection.execute(AssertSqlSafe(statement)).await?;
    connection.close().await?;
    Ok(name)
}

async fn drop_old(url: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    let now: i64 = sqlx::query_scalar(NOW).fetch_one(&mut connection).await?;
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT datname::text FROM pg_database WHERE datname NOT IN (SELECT datname FROM pg_stat_activity WHERE datname IS NOT NULL)",
    )
    .fetch_all(&mut connection)
    .await?;
    for name in names {
        let made = name
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split('_').next()?.parse().ok());
        if made.is_some_and(|made: i64| made < now - LEFT_BEHIND_AFTER_SECONDS) {
            let statement = format!("DROP DATABASE IF EXISTS {name}");
            connection.execute(AssertSqlSafe(statement)).await?;
        }
    }
    connection.close().await
}

async fn run(url: &str, statement: String) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    connection.execute(AssertSqlSafe(statement)).await?;
    connection.close().await
}
