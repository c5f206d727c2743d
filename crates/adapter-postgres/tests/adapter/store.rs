//! A store for one test.

use std::sync::Arc;

use customers_adapter_key_file::KeyFile;
use customers_adapter_postgres::{
    Database, PgApiKeyRepository, PgCustomerRepository, PgEventFeed, PgIdempotencyRecords,
    PgSettings, PgStoreHealth, TenantKeys, migrate,
};
use customers_domain::TenantId;
use customers_ports::CreateOutcome;
use customers_test_support::MASTER_KEY;
use customers_test_support::builders::{creation, minimal_profile};
use customers_test_support::contract::{Stores, StoresWithFeed};
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
    stores_under(settings, MASTER_KEY)
}

/// Every port on that database, sealed under the master key of a file with that text.
pub(crate) fn stores_under(settings: &PgSettings, master_key: &str) -> Stores {
    stores_over(&Database::new(settings).unwrap(), master_key)
}

/// Every port on those connections, with no key in memory yet.
pub(crate) fn stores_over(database: &Database, master_key: &str) -> Stores {
    let keys = keys_under(database, master_key);
    Stores {
        customers: Arc::new(PgCustomerRepository::new(database.clone(), keys)),
        api_keys: Arc::new(PgApiKeyRepository::new(database.clone())),
        idempotency: Arc::new(PgIdempotencyRecords::new(database.clone())),
        health: Arc::new(PgStoreHealth::new(database.clone())),
    }
}

/// Makes the keys of a tenant and loads them, as its first create does.
pub(crate) async fn with_keys(stores: &Stores, tenant: TenantId) {
    let first = creation(minimal_profile());
    let outcome = stores.customers.create(tenant, first).await;
    assert_eq!(outcome, Ok(CreateOutcome::Created));
}

/// The keys of that database, wrapped by the master key of a file with that text.
pub(crate) fn keys_under(database: &Database, master_key: &str) -> TenantKeys {
    let master_key = KeyFile::parse(master_key).unwrap();
    TenantKeys::new(database.clone(), Arc::new(master_key))
}

/// Every port on that database, with the event feed.
pub(crate) fn stores_with_feed(settings: &PgSettings) -> StoresWithFeed {
    let feed = Arc::new(PgEventFeed::new(Database::new(settings).unwrap()));
    StoresWithFeed {
        stores: stores(settings),
        feed: feed.clone(),
        sequencer: feed,
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
