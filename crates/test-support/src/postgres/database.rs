use std::hash::{BuildHasher as _, RandomState};

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use super::PostgresServer;
use super::url::with_database;

/// Prefix of database names, followed by the time of creation in seconds and a random number.
const PREFIX: &str = "customers_test_";
const NOW: &str = "SELECT extract(epoch FROM now())::bigint";
/// Age after which unused databases of other test runs are dropped.
const STALE_AFTER_SECONDS: i64 = 6 * 3600;

/// A database for one test. On the server of `TEST_DATABASE_URL` it is dropped with the value. On a server that was
/// started here it is removed with the server.
pub struct TestDatabase {
    url: String,
    name: String,
    /// URL of the database through which it is dropped, if it is.
    maintenance_url: Option<String>,
}

impl TestDatabase {
    /// Returns its URL, with the role that owns it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl PostgresServer {
    /// Creates an empty database.
    ///
    /// # Panics
    /// Panics if the server does not create it.
    pub async fn empty_database(&self) -> TestDatabase {
        self.database("template1").await
    }

    /// Creates a database with the schema that `migrate` creates.
    ///
    /// `migrate` is called once per server, with the URL of the template that these databases are copied from. It
    /// must close its connections.
    ///
    /// # Panics
    /// Panics if the server does not create it.
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
            maintenance_url: self.engine.is_none().then(|| self.url.clone()),
            name,
        }
    }

    /// Drops stale databases: templates of earlier test processes, and all databases of killed ones.
    pub(super) async fn drop_stale_databases(&self) {
        // Another process may do the same; a later run drops the rest.
        let _ = drop_old(&self.url).await;
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Some(url) = self.maintenance_url.take() else {
            return;
        };
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // The current thread may drive a runtime, which it must not block.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.map(|runtime| runtime.block_on(run(&url, statement)))
        });
        // A failed cleanup does not fail a test that passed.
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
        let created_at = name
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split('_').next()?.parse().ok());
        if created_at.is_some_and(|created_at: i64| created_at < now - STALE_AFTER_SECONDS) {
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
