//! Checks and setup of the database.

use std::sync::Arc;
use std::time::Duration;

use customers_adapter_postgres::{
    self as adapter, Database, ModuleSchema, PgApiKeyRepository, PgCustomerRepository, PgEventFeed,
    PgIdempotencyRecords, PgSettings, PgStoreHealth, SchemaState, TenantKeys,
};
use customers_ports::{ApiKeyRepository, MasterKey};
use secrecy::SecretString;

use crate::cli::{self, DatabaseArgs, ServeArgs};
use crate::config;
use crate::failure::Failure;
use crate::feed::FeedPorts;
use crate::stores::Stores;

/// Maximum time that a starting service waits for its database; part of the public contract.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// A command needs one connection, because it runs one statement after the other.
const COMMAND_CONNECTIONS: usize = 1;

/// A database with a valid URL. It is not connected yet.
pub(crate) struct Postgres {
    settings: PgSettings,
    database: Database,
}

impl Postgres {
    /// Creates the database of a service.
    ///
    /// # Errors
    /// Returns an error if the URL is not a PostgreSQL URL.
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

    /// Checks that the service can use the database: it can be reached, it keeps acknowledged writes, and its schema is
    /// known to this program. With `--migrate`, updates the schema first.
    ///
    /// # Errors
    /// Returns an error if a check fails. `--allow-unsafe-durability` skips the check of durability.
    pub(crate) async fn prepare(
        &self,
        args: &ServeArgs,
        modules: &[ModuleSchema],
    ) -> Result<(), Failure> {
        tracing::info!("connecting to the database");
        adapter::wait_until_reachable(&self.settings, CONNECT_TIMEOUT).await?;
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
            for module in modules {
                adapter::migrate_module(&self.settings, module).await?;
            }
        }
        match adapter::schema_state(&self.settings).await? {
            SchemaState::Behind => return Err(Failure::SchemaBehind),
            SchemaState::Current => {}
            SchemaState::Newer => tracing::warn!("the schema is newer than this program"),
        }
        for module in modules {
            match adapter::module_schema_state(&self.settings, module).await? {
                SchemaState::Behind => return Err(Failure::ModuleSchemaBehind(module.name())),
                SchemaState::Current => {}
                SchemaState::Newer => tracing::warn!(
                    module = module.name(),
                    "the schema of a module is newer than this program"
                ),
            }
        }
        Ok(())
    }

    /// Returns the connections, for metrics.
    pub(crate) fn database(&self) -> Database {
        self.database.clone()
    }

    /// Returns the repositories, which share the connections. Customers are sealed under the master key.
    ///
    /// # Errors
    /// Returns an error if the master key does not open the keys of this database, or the database cannot be used.
    pub(crate) async fn stores(&self, master_key: Arc<dyn MasterKey>) -> Result<Stores, Failure> {
        let database = || self.database.clone();
        let keys = TenantKeys::new(database(), master_key);
        keys.check_master_key().await?;
        Ok(Stores {
            customers: Arc::new(PgCustomerRepository::new(database(), keys)),
            api_keys: Arc::new(PgApiKeyRepository::new(database())),
            idempotency: Arc::new(PgIdempotencyRecords::new(database())),
            health: Arc::new(PgStoreHealth::new(database())),
            events: Some(FeedPorts::of(Arc::new(PgEventFeed::new(database())))),
        })
    }
}

/// Returns the settings of the command line.
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

/// Returns the API keys of a database, for a command.
///
/// # Errors
/// Returns an error if no database is configured, it cannot be reached, or its schema is too old.
pub(crate) async fn open_for_keys(
    args: &DatabaseArgs,
) -> Result<Arc<dyn ApiKeyRepository>, Failure> {
    let database = open_for_command(args).await?.database();
    Ok(Arc::new(PgApiKeyRepository::new(database)))
}

/// Returns the event feed of a database, for a command.
///
/// # Errors
/// As [`open_for_keys`].
pub(crate) async fn open_for_events(args: &DatabaseArgs) -> Result<PgEventFeed, Failure> {
    Ok(PgEventFeed::new(open_for_command(args).await?.database()))
}

async fn open_for_command(args: &DatabaseArgs) -> Result<Postgres, Failure> {
    let url = config::required_url(&args.url)?;
    let postgres = Postgres::new(PgSettings {
        max_connections: COMMAND_CONNECTIONS,
        ..settings(args, url)
    })?;
    match adapter::schema_state(&postgres.settings).await? {
        SchemaState::Behind => Err(Failure::SchemaBehind),
        SchemaState::Current | SchemaState::Newer => Ok(postgres),
    }
}

/// Updates the schema of a database, and returns its state before.
///
/// # Errors
/// Returns an error if the database cannot be used, or if a migration fails.
pub(crate) async fn migrate(url: &SecretString) -> Result<SchemaState, Failure> {
    let settings = of_url(url);
    let before = adapter::schema_state(&settings).await?;
    adapter::migrate(&settings).await?;
    Ok(before)
}

/// Updates the schema of a module, and returns its state before.
///
/// # Errors
/// Returns an error if the database cannot be used, or if a migration fails.
pub(crate) async fn migrate_module(
    url: &SecretString,
    module: &ModuleSchema,
) -> Result<SchemaState, Failure> {
    let settings = of_url(url);
    let before = adapter::module_schema_state(&settings, module).await?;
    adapter::migrate_module(&settings, module).await?;
    Ok(before)
}

fn of_url(url: &SecretString) -> PgSettings {
    PgSettings {
        url: url.clone(),
        ..PgSettings::new(String::new())
    }
}
