//! The adapter keeps the repository contract, also where no state outlives a transaction.

use customers_adapter_postgres::{PgSettings, Pooler};
use customers_test_support::contract::{Stores, StoresWithFeed};
use customers_test_support::postgres::{PostgresServer, TestDatabase};

use crate::store::{migrated, stores, stores_with_feed};

async fn open(pooler: Pooler) -> (Stores, TestDatabase) {
    let database = migrated(PostgresServer::shared().await).await;
    let settings = PgSettings {
        pooler,
        ..PgSettings::new(database.url())
    };
    (stores(&settings), database)
}

async fn open_with_feed(pooler: Pooler) -> (StoresWithFeed, TestDatabase) {
    let database = migrated(PostgresServer::shared().await).await;
    let settings = PgSettings {
        pooler,
        ..PgSettings::new(database.url())
    };
    (stores_with_feed(&settings), database)
}

mod directly {
    use super::{Pooler, open, open_with_feed};

    customers_test_support::repository_contract!(|| open(Pooler::None));
    customers_test_support::event_feed_contract!(|| open_with_feed(Pooler::None));
}

mod as_through_a_pooler {
    use super::{Pooler, open, open_with_feed};

    customers_test_support::repository_contract!(|| open(Pooler::Transaction));
    customers_test_support::event_feed_contract!(|| open_with_feed(Pooler::Transaction));
}
