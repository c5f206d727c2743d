//! A store for one test.

use std::sync::Arc;

use customers_adapter_postgres::{
    Database, PgApiKeyRepository, PgCustomerRepository, PgIdempotencyRecords, PgSettings,
    PgStoreHealth, migrate,
};
use customers_test_support::contract::Stores;
use customers_test_support::postgres::{PostgresServer, TestDatabase};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// A database with the schema, on a server.
pub(crate) async fn migrated(server: &PostgresServer) -> TestDatabase {
    server
        .migrated_database(async |url| migrate(&PgSettings::new(url)).await.unwrap())
        .await
}

/// Every port on that database.
pub(crate) fn stores(settings: &PgSettings) -> Stores {
    let database = Database::new(settings).unwrap();
    Stores {
        customers: Arc::new(PgCustomerRepository::new(database.clone())),
        api_keys: Arc::new(PgApiKeyRepository::new(database.clone())),
        idempotency: Arc::new(PgIdempotencyRecords::new(database.clone())),
        health: Arc::new(PgStoreHealth::new(database)),
    }
}

/// A connection of the test's own.
pub(crate) async fn connect(database: &TestDatabase) -> PgConnection {
    PgConnection::connect(database.url()).await.unwrap()
}

/// The one number that a query answers.
pub(crate) async fn number(connection: &mut PgConnection, query: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(query.to_owned()))
        .fetch_one(connection)
        .await
        .unwrap()
}
