//! An empty store of each kind, with whatever must live as long as it does.

use std::sync::Arc;

use customers_adapter_memory::InMemoryStore;
use customers_adapter_postgres::{
    Database, PgApiKeyRepository, PgCustomerRepository, PgIdempotencyRecords, PgSettings,
    PgStoreHealth, migrate,
};
use customers_test_support::builders::TestClock;
use customers_test_support::contract::{Stores, StoresWithFeed};
use customers_test_support::postgres::{PostgresServer, TestDatabase};

/// A store in memory.
#[expect(clippy::unused_async, reason = "every store is opened alike")]
pub async fn memory() -> (Stores, ()) {
    let store = InMemoryStore::new(Arc::new(TestClock::new()));
    (Stores::of(Arc::new(store)), ())
}

/// A store in memory with its event feed.
#[expect(clippy::unused_async, reason = "every store is opened alike")]
pub async fn memory_with_feed() -> (StoresWithFeed, ()) {
    let store = Arc::new(InMemoryStore::new(Arc::new(TestClock::new())));
    let fed = StoresWithFeed {
        stores: Stores::of(store.clone()),
        feed: store.clone(),
        sequencer: store,
    };
    (fed, ())
}

/// A store in a Postgres database of its own.
pub async fn postgres() -> (Stores, TestDatabase) {
    let server = PostgresServer::shared().await;
    let home = server.migrated_database(bring_up).await;
    let settings = PgSettings::new(home.url());
    let database = Database::new(&settings).expect("the URL of a test database makes sense");
    let stores = Stores {
        customers: Arc::new(PgCustomerRepository::new(database.clone())),
        api_keys: Arc::new(PgApiKeyRepository::new(database.clone())),
        idempotency: Arc::new(PgIdempotencyRecords::new(database.clone())),
        health: Arc::new(PgStoreHealth::new(database)),
    };
    (stores, home)
}

/// Runs this program's migrations on an empty database.
pub async fn bring_up(url: &str) {
    migrate(&PgSettings::new(url))
        .await
        .expect("migrations run on an empty database");
}
