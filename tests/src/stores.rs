//! Opens an empty store of each kind, with a guard that must live as long as the store.

use std::sync::Arc;

use customers_adapter_key_file::KeyFile;
use customers_adapter_memory::InMemoryStore;
use customers_adapter_postgres::{
    Database, PgApiKeyRepository, PgCustomerRepository, PgEventFeed, PgIdempotencyRecords,
    PgSettings, PgStoreHealth, TenantKeys, migrate,
};
use customers_test_support::MASTER_KEY;
use customers_test_support::builders::TestClock;
use customers_test_support::contract::{Stores, StoresWithFeed};
use customers_test_support::postgres::{PostgresServer, TestDatabase};

/// Opens a store in memory.
#[expect(clippy::unused_async, reason = "all stores have the same signature")]
pub async fn memory() -> (Stores, ()) {
    let store = InMemoryStore::new(Arc::new(TestClock::new()));
    (Stores::of(Arc::new(store)), ())
}

/// Opens a store in memory with its event feed.
#[expect(clippy::unused_async, reason = "all stores have the same signature")]
pub async fn memory_with_feed() -> (StoresWithFeed, ()) {
    let store = Arc::new(InMemoryStore::new(Arc::new(TestClock::new())));
    let fed = StoresWithFeed {
        stores: Stores::of(store.clone()),
        feed: store.clone(),
        sequencer: store,
    };
    (fed, ())
}

/// Opens a store in a new Postgres database.
pub async fn postgres() -> (Stores, TestDatabase) {
    let server = PostgresServer::shared().await;
    let home = server.migrated_database(bring_up).await;
    let settings = PgSettings::new(home.url());
    let database = Database::new(&settings).expect("the URL of a test database makes sense");
    let master_key = KeyFile::parse(MASTER_KEY).expect("the master key of tests is one");
    let keys = TenantKeys::new(database.clone(), Arc::new(master_key));
    let stores = Stores {
        customers: Arc::new(PgCustomerRepository::new(database.clone(), keys)),
        api_keys: Arc::new(PgApiKeyRepository::new(database.clone())),
        idempotency: Arc::new(PgIdempotencyRecords::new(database.clone())),
        health: Arc::new(PgStoreHealth::new(database)),
    };
    (stores, home)
}

/// A store in a Postgres database of its own, with its event feed.
pub async fn postgres_with_feed() -> (StoresWithFeed, TestDatabase) {
    let (stores, home) = postgres().await;
    let database = Database::new(&PgSettings::new(home.url()));
    let database = database.expect("the URL of a test database makes sense");
    let events = Arc::new(PgEventFeed::new(database));
    let fed = StoresWithFeed {
        stores,
        feed: events.clone(),
        sequencer: events,
    };
    (fed, home)
}

/// Runs the migrations of this program on an empty database.
pub async fn bring_up(url: &str) {
    migrate(&PgSettings::new(url))
        .await
        .expect("migrations run on an empty database");
}
