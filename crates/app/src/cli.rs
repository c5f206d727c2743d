//! The command line: definitions of every command, flag and variable.

use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{BoolishValueParser, OsStringValueParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand, ValueEnum};
use customers_domain::{KycPolicy, RetentionPeriod};
use secrecy::{ExposeSecret as _, SecretString};

use crate::duration;
use crate::size;
use crate::values;

mod definition;
mod events;
mod help;
mod keys;

pub(crate) use definition::definition;
pub(crate) use events::{AdvanceArgs, EventsCommand};
pub(crate) use help::{DEV_API_KEY, VAULT_ADDR, VAULT_TOKEN, VAULT_TOKEN_FILE};
pub(crate) use keys::{CreateKeyArgs, KeysCommand, ListKeysArgs};

/// A service that provisions customers for wallets, transactions and payment methods
#[derive(Debug, Parser)]
#[command(name = "customers", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the HTTP API until a signal arrives; in memory if no database is configured
    #[command(after_help = help::after_serve())]
    Serve(Box<ServeArgs>),
    /// Update the database schema to this version; needs a direct connection
    Migrate(MigrateArgs),
    /// Create, list and revoke API keys
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Maintain the event feed of a database
    #[command(subcommand)]
    Events(EventsCommand),
    /// Create the master key that seals personal data in the database
    #[command(subcommand)]
    MasterKey(MasterKeyCommand),
    /// Print the OpenAPI document
    Openapi,
    /// Check that the service on this machine is ready; exit code 0 or 1
    Healthcheck(HealthcheckArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Address and port to listen on; port 0 selects a free port
    #[arg(
        long,
        env = "CUSTOMERS_LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = DEFAULT_LISTEN
    )]
    pub(crate) listen: SocketAddr,

    /// Address and port to serve /metrics on, without an API key; off by default
    #[arg(
        long,
        env = "CUSTOMERS_METRICS_LISTEN",
        hide_env_values = true,
        value_name = "ADDRESS:PORT"
    )]
    pub(crate) metrics_listen: Option<SocketAddr>,

    #[command(flatten)]
    pub(crate) database: DatabaseArgs,

    /// File with the master key, under which personal data in the database is sealed; this or
    /// --master-key-vault is required with a database
    // The parser of paths refuses an empty value, which counts as none here.
    #[arg(long, env = "CUSTOMERS_MASTER_KEY_FILE", value_name = "PATH",
        value_parser = OsStringValueParser::new().map(PathBuf::from))]
    pub(crate) master_key_file: Option<PathBuf>,

    /// Name of the master key in the transit engine of HashiCorp Vault or OpenBao, instead of a file; needs
    /// `VAULT_ADDR`, and `VAULT_TOKEN` or `VAULT_TOKEN_FILE`
    #[arg(long, env = "CUSTOMERS_MASTER_KEY_VAULT", value_name = "NAME")]
    pub(crate) master_key_vault: Option<String>,

    /// Keep customers in memory, even on an address that is not loopback
    #[arg(long, env = "CUSTOMERS_IN_MEMORY", value_parser = BoolishValueParser::new())]
    pub(crate) in_memory: bool,

    /// Maximum memory of customers in memory mode, in bytes, KiB, MiB or GiB; beyond it, writes are refused with 503
    #[arg(
        long,
        env = "CUSTOMERS_MEMORY_LIMIT",
        value_name = "SIZE",
        default_value = "1GiB",
        value_parser = size::parse_memory_limit
    )]
    pub(crate) memory_limit: usize,

    /// Update the database schema before serving
    #[arg(long, env = "CUSTOMERS_MIGRATE", value_parser = BoolishValueParser::new())]
    pub(crate) migrate: bool,

    /// Maximum number of database connections, at least 4; a quarter is reserved for reads
    #[arg(
        long,
        env = "CUSTOMERS_DATABASE_CONNECTIONS",
        value_name = "NUMBER",
        default_value = "16",
        value_parser = values::database_connections
    )]
    pub(crate) database_connections: NonZeroUsize,

    /// Maximum number of creates that share one commit; 1 commits each create alone
    #[arg(
        long,
        env = "CUSTOMERS_CREATE_BATCH",
        hide_env_values = true,
        value_name = "NUMBER",
        default_value = "128"
    )]
    pub(crate) create_batch: NonZeroUsize,

    /// Start even if the database may lose customers in a power cut; for tests
    #[arg(long, env = "CUSTOMERS_ALLOW_UNSAFE_DURABILITY", value_parser = BoolishValueParser::new())]
    pub(crate) allow_unsafe_durability: bool,

    /// Customer types that start in `pending_kyc`, separated by commas, or none
    #[arg(
        long,
        env = "CUSTOMERS_KYC_REQUIRED",
        value_name = "TYPES",
        default_value = "individual,business",
        value_parser = values::kyc_policy
    )]
    pub(crate) kyc_required: KycPolicy,

    /// Minimum time between the last change of status of a customer and its erasure, at most 36500d; none by
    /// default
    #[arg(
        long,
        env = "CUSTOMERS_ERASURE_AFTER",
        value_name = "DURATION",
        value_parser = values::retention_period
    )]
    pub(crate) erasure_after: Option<RetentionPeriod>,

    /// Maximum requests per second for each API key, with bursts of one second; no limit by default
    #[arg(long, env = "CUSTOMERS_RATE_LIMIT", value_name = "NUMBER")]
    pub(crate) rate_limit: Option<NonZeroU32>,

    /// Maximum number of client connections; beyond it, the longest idle connection is closed
    #[arg(
        long,
        env = "CUSTOMERS_MAX_CONNECTIONS",
        value_name = "NUMBER",
        default_value = "1000"
    )]
    pub(crate) max_connections: NonZeroUsize,

    /// Time to accept requests after SIGTERM while the readiness check fails
    #[arg(
        long,
        env = "CUSTOMERS_DRAIN_DELAY",
        value_name = "DURATION",
        default_value = "2s",
        value_parser = duration::parse
    )]
    pub(crate) drain_delay: Duration,

    /// Base URL of a collector for traces, as OTLP over HTTP; no traces by default
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL")]
    pub(crate) otlp_endpoint: Option<SecretString>,

    /// Log format on stderr [default: text on a terminal, else json]
    #[arg(long, env = "CUSTOMERS_LOG_FORMAT", value_name = "FORMAT")]
    pub(crate) log_format: Option<LogFormat>,
}

/// Connection to a database, for the commands that need one.
#[derive(Debug, Args)]
pub(crate) struct DatabaseArgs {
    #[command(flatten)]
    pub(crate) url: DatabaseUrlArg,

    /// Type of the pooler in front of the database, for PgBouncer in transaction mode
    #[arg(long, env = "CUSTOMERS_POOLER", value_name = "MODE")]
    pub(crate) pooler: Option<Pooler>,

    /// Timeout of a database connection, and of a statement
    #[arg(
        long,
        env = "CUSTOMERS_DATABASE_TIMEOUT",
        value_name = "DURATION",
        default_value = "5s",
        value_parser = duration::parse_positive
    )]
    pub(crate) database_timeout: Duration,
}

/// The database URL. It contains a password, so it is not parsed by clap, whose error messages repeat values.
#[derive(Debug, Default, Args)]
pub(crate) struct DatabaseUrlArg {
    /// URL of the PostgreSQL database, such as `postgres://user@db.example.com/customers`
    #[arg(long = "database-url", env = "DATABASE_URL", value_name = "URL")]
    database_url: Option<SecretString>,
}

impl DatabaseUrlArg {
    /// Returns the URL if the flag or the variable is set. It may be empty.
    pub(crate) fn given(&self) -> Option<&SecretString> {
        self.database_url.as_ref()
    }

    /// Returns whether the URL is set but blank.
    pub(crate) fn is_blank(&self) -> bool {
        self.given()
            .is_some_and(|url| url.expose_secret().trim().is_empty())
    }
}

#[derive(Debug, Args)]
pub(crate) struct MigrateArgs {
    #[command(flatten)]
    pub(crate) url: DatabaseUrlArg,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MasterKeyCommand {
    /// Create a master key and write it to a file or to stdout
    Create(CreateMasterKeyArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CreateMasterKeyArgs {
    /// File to write, readable only by its owner; an existing file is never overwritten
    #[arg(long, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,

    /// Succeed if the file exists, and leave it unchanged
    #[arg(long, requires = "output")]
    pub(crate) if_missing: bool,
}

#[derive(Debug, Args)]
pub(crate) struct HealthcheckArgs {
    /// Address of the service; an unspecified address means loopback
    #[arg(
        long,
        env = "CUSTOMERS_LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = DEFAULT_LISTEN
    )]
    pub(crate) listen: SocketAddr,
}

const DEFAULT_LISTEN: &str = "127.0.0.1:8080";

/// Type of a connection pooler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Pooler {
    /// Each transaction may use another connection
    Transaction,
}

/// Log format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Readable lines
    Text,
    /// One JSON object per line
    Json,
}

#[cfg(test)]
mod tests;
