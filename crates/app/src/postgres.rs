//! What the program does with a database before it relies on it.

use std::sync::Arc;
use std::time::Duration;

use customers_adapter_postgres::{
    self as adapter, Database, PgApiKeyRepository, PgCustomerRepository, PgIdempotencyRecords,
    PgSettings, PgStoreHealth, SchemaState, TenantKeys,
};
use customers_ports::{ApiKeyRepository, MasterKey};
use secrecy::SecretString;

use crate::cli::{self, DatabaseArgs, ServeArgs};
use crate::config;
use crate::failure::Failure;
use crate::stores::Stores;

/// How long a service that starts waits for its database; part of the public contract.
const PATIENCE: Duration = Duration::from_secs(30);
/// A command asks one thing after the other.
const CONNECTIONS_OF_A_COMMAND: usize = 1;

/// A database whose URL makes sense. Nothing is connected yet.
pub(crate) struct Postgres {
    settings: PgSettings,
    database: Database,
}

impl Postgres {
    /// The database of a service.
    ///
    /// # Errors
    /// When the URL is not that of a Postgres database.
    pub(crate) fn of_service(args: &ServeArgs, url: SecretString) -> Result<Self, Failure> {
        Self::new(PgSettings {
            max_connections: args.database_connections.get(),
            create_batch: args.create_batch.get(),
            ..settings(&args.database, url)
        })
    }

    fn new(settings: PgSettings) -> Result<Self, Failure> {
        let database = Database::new(&settings)?;
        Ok(Self { settings, database })
    }

    /// Makes sure that the service can rely on the database: it is there, it keeps what it
    /// acknowledges, and its schema is one that this program knows.
    ///
    /// # Errors
    /// When one of these is not so. A power cut is ignored, and a schema brought up, if the command
    /// line says so.
    pub(crate) async fn prepare(&self, args: &ServeArgs) -> Result<(), Failure> {
        tracing::info!("connecting to the database");
        adapter::wait_until_reachable(&self.settings, PATIENCE).await?;
        let unsafe_settings = adapter::durability(&self.settings).await?.join(", ");
        if !unsafe_settings.is_empty() {
            if !args.allow_unsafe_durability {
                return Err(Failure::UnsafeDurability(unsafe_settings));
            }
            tracing::warn!(
                off = unsafe_settings,
                "the database may lose customers in a power cut"
            );
        }
        if args.migrate {
            adapter::migrate(&self.settings).await?;
        }
        match adapter::schema_state(&self.settings).await? {
            SchemaState::Behind => return Err(Failure::SchemaBehind),
            SchemaState::Current => {}
            SchemaState::Newer => tracing::warn!("the schema is newer than this program"),
        }
        Ok(())
    }

    /// The connections, to be asked how far they are used.
    pub(crate) fn database(&self) -> Database {
        self.database.clone()
    }

    /// The repositories, which share the connections. Customers are sealed under the master key.
    ///
    /// # Errors
    /// When the master key does not open the keys of this database, or the database cannot be used.
    pub(crate) async fn stores(&self, master_key: Arc<dyn MasterKey>) -> Result<Stores, Failure> {
        let database = || self.database.clone();
        let keys = TenantKeys::new(database(), master_key);
        keys.check_master_key().await?;
        Ok(Stores {
            customers: Arc::new(PgCustomerRepository::new(database(), keys)),
            api_keys: Arc::new(PgApiKeyRepository::new(database())),
            idempotency: Arc::new(PgIdempotencyRecords::new(database())),
            health: Arc::new(PgStoreHealth::new(database())),
        })
    }
}

/// What the command line says of the database.
fn settings(args: &DatabaseArgs, url: SecretString) -> PgSettings {
    PgSettings {
        url,
        timeout: args.database_timeout,
        pooler: match args.pooler {
            Some(cli::Pooler::Transaction) => adapter::Pooler::Transaction,
            None => adapter::Pooler::None,
        },
        ..PgSettings::new(String::new())
    }
}

/// The API keys of a database whose schema this program knows, for a command that does one thing.
///
/// # Errors
/// When no database is named, it cannot be reached, or its schema is behind.
pub(crate) async fn open_for_keys(
    args: &DatabaseArgs,
) -> Result<Arc<dyn ApiKeyRepository>, Failure> {
    let url = config::required_url(&args.url)?;
    let postgres = Postgres::new(PgSettings {
        max_connections: CONNECTIONS_OF_A_COMMAND,
        ..settings(args, url)
    })?;
    match adapter::schema_state(&postgres.settings).await? {
        SchemaState::Behind => Err(Failure::SchemaBehind),
        SchemaState::Current | SchemaState::Newer => {
            Ok(Arc::new(PgApiKeyRepository::new(postgres.database())))
        }
    }
}

/// Brings the schema of a database up to this program, and says how it was before.
///
/// # Errors
/// When no database is named, it cannot be reached, or a migration fails.
pub(crate) async fn migrate(url: SecretString) -> Result<SchemaState, Failure> {
    let settings = PgSettings {
        url,
        ..PgSettings::new(String::new())
    };
    let before = adapter::schema_state(&settings).await?;
    adapter::migrate(&settings).await?;
    Ok(before)
}
