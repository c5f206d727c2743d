//! The adapter keeps the repository contract, also where no state outlives a transaction.

use customers_adapter_postgres::{PgSettings, Pooler};
use customers_test_support::contract::Stores;
use customers_test_support::postgres::{PostgresServer, TestDatabase};

use crate::store::{migrated, stores};

async fn open(pooler: Pooler) -> (Stores, TestDatabase) {
    let database = migrated(PostgresServer::shared().await).await;
    let settings = PgSettings {
        pooler,
        ..PgSettings::new(database.url())
    };
    (stores(&settings), database)
}

mod directly {
    use super::{Pooler, open};

    customers_test_support::repository_contract!(|| open(Pooler::None));
}

mod as_through_a_pooler {
    use super::{Pooler, open};

    customers_test_support::repository_contract!(|| open(Pooler::Transaction));
}
