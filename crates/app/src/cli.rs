//! The command line: every command, flag and variable, and nothing of what they do.

use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use customers_domain::KycPolicy;
use secrecy::{ExposeSecret as _, SecretString};

use crate::duration;
use crate::size;
use crate::values;

mod help;
mod keys;

pub(crate) use help::DEV_API_KEY;
pub(crate) use keys::{CreateKeyArgs, KeysCommand, ListKeysArgs};

/// A service that provisions customers for wallets, transactions and payment methods.
#[derive(Debug, Parser)]
#[command(name = "customers", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// Reads the command line and the environment, or ends the program with help or a complaint.
    pub(crate) fn read() -> Self {
        let matches = definition().get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

/// The command line as it is offered. Help names variables and never what is in them: the database's
/// URL holds a password.
fn definition() -> clap::Command {
    without_present_values(Cli::command())
}

fn without_present_values(command: clap::Command) -> clap::Command {
    command
        .mut_args(|arg| arg.hide_env_values(true))
        .mut_subcommands(without_present_values)
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Answer requests until told to stop; in memory when no database is named
    #[command(after_help = help::after_serve())]
    Serve(Box<ServeArgs>),
    /// Bring the database's schema up to this program; needs a direct connection
    Migrate(MigrateArgs),
    /// Make, list and revoke API keys
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Make the master key, under which personal data in the database is sealed
    #[command(subcommand)]
    MasterKey(MasterKeyCommand),
    /// Print the OpenAPI document
    Openapi,
    /// Ask the service on this machine whether it is ready; exit code 0 or 1
    Healthcheck(HealthcheckArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Address and port to answer on; port 0 takes a free one
    #[arg(
        long,
        env = "CUSTOMERS_LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = DEFAULT_LISTEN
    )]
    pub(crate) listen: SocketAddr,

    /// Address and port to serve metrics on, without a key, at /metrics; none by default
    #[arg(
        long,
        env = "CUSTOMERS_METRICS_LISTEN",
        hide_env_values = true,
        value_name = "ADDRESS:PORT"
    )]
    pub(crate) metrics_listen: Option<SocketAddr>,

    #[command(flatten)]
    pub(crate) database: DatabaseArgs,

    /// The file with the master key, under which personal data in the database is sealed; required with
    /// a database
    #[arg(long, env = "CUSTOMERS_MASTER_KEY_FILE", value_name = "PATH")]
    pub(crate) master_key_file: Option<PathBuf>,

    /// Keep customers in memory, also on an address that is not loopback
    #[arg(long, env = "CUSTOMERS_IN_MEMORY", value_parser = BoolishValueParser::new())]
    pub(crate) in_memory: bool,

    /// Most memory that customers take in memory mode, in bytes, KiB, MiB or GiB; beyond it, requests
    /// that would store something are refused with 503
    #[arg(
        long,
        env = "CUSTOMERS_MEMORY_LIMIT",
        value_name = "SIZE",
        default_value = "1GiB",
        value_parser = size::parse_memory_limit
    )]
    pub(crate) memory_limit: usize,

    /// Bring the database's schema up to this program before answering
    #[arg(long, env = "CUSTOMERS_MIGRATE", value_parser = BoolishValueParser::new())]
    pub(crate) migrate: bool,

    /// The most connections to the database, at least 4; a quarter is kept for reads
    #[arg(
        long,
        env = "CUSTOMERS_DATABASE_CONNECTIONS",
        value_name = "NUMBER",
        default_value = "16",
        value_parser = values::database_connections
    )]
    pub(crate) database_connections: NonZeroUsize,

    /// The most creates that share one commit; 1 lets each have its own
    #[arg(
        long,
        env = "CUSTOMERS_CREATE_BATCH",
        hide_env_values = true,
        value_name = "NUMBER",
        default_value = "128"
    )]
    pub(crate) create_batch: NonZeroUsize,

    /// Start although the database may lose customers in a power cut; for tests
    #[arg(long, env = "CUSTOMERS_ALLOW_UNSAFE_DURABILITY", value_parser = BoolishValueParser::new())]
    pub(crate) allow_unsafe_durability: bool,

    /// Types of customer that start in `pending_kyc`, with a comma between them; or none
    #[arg(
        long,
        env = "CUSTOMERS_KYC_REQUIRED",
        value_name = "TYPES",
        default_value = "individual,business",
        value_parser = values::kyc_policy
    )]
    pub(crate) kyc_required: KycPolicy,

    /// Requests a second that one API key may make, with a burst of one second; no limit by default
    #[arg(long, env = "CUSTOMERS_RATE_LIMIT", value_name = "NUMBER")]
    pub(crate) rate_limit: Option<NonZeroU32>,

    /// The most connections of callers; at the bound the longest idle one makes room
    #[arg(
        long,
        env = "CUSTOMERS_MAX_CONNECTIONS",
        value_name = "NUMBER",
        default_value = "1000"
    )]
    pub(crate) max_connections: NonZeroUsize,

    /// How long requests are still taken after SIGTERM, while readiness says no
    #[arg(
        long,
        env = "CUSTOMERS_DRAIN_DELAY",
        value_name = "DURATION",
        default_value = "2s",
        value_parser = duration::parse
    )]
    pub(crate) drain_delay: Duration,

    /// Where traces go: the base URL of a collector that takes OTLP over HTTP; nowhere by default
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL")]
    pub(crate) otlp_endpoint: Option<SecretString>,

    /// Form of the log on stderr [default: text on a terminal, else json]
    #[arg(long, env = "CUSTOMERS_LOG_FORMAT", value_name = "FORMAT")]
    pub(crate) log_format: Option<LogFormat>,
}

/// How to reach a database; shared by the commands that need one.
#[derive(Debug, Args)]
pub(crate) struct DatabaseArgs {
    #[command(flatten)]
    pub(crate) url: DatabaseUrlArg,

    /// The pooler between this program and the database, for PgBouncer in transaction mode
    #[arg(long, env = "CUSTOMERS_POOLER", value_name = "MODE")]
    pub(crate) pooler: Option<Pooler>,

    /// The time to get a connection to the database, and for a statement
    #[arg(
        long,
        env = "CUSTOMERS_DATABASE_TIMEOUT",
        value_name = "DURATION",
        default_value = "5s",
        value_parser = duration::parse_positive
    )]
    pub(crate) database_timeout: Duration,
}

/// The database's address, which holds a password: it is taken as it is, so that no message of the
/// command line can repeat it.
#[derive(Debug, Default, Args)]
pub(crate) struct DatabaseUrlArg {
    /// The Postgres database, as in `postgres://user@db.example.com/customers`
    #[arg(long = "database-url", env = "DATABASE_URL", value_name = "URL")]
    database_url: Option<SecretString>,
}

impl DatabaseUrlArg {
    /// The URL, if the flag or the variable is there. It may be empty.
    pub(crate) fn given(&self) -> Option<&SecretString> {
        self.database_url.as_ref()
    }

    /// Whether there is a URL and it says nothing.
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
    /// Make a new master key and write it to a file, or to stdout
    Create(CreateMasterKeyArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CreateMasterKeyArgs {
    /// The file to write, for its owner alone to read; one that exists is never overwritten
    #[arg(long, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,

    /// Succeed where the file exists, and leave it as it is
    #[arg(long, requires = "output")]
    pub(crate) if_missing: bool,
}

#[derive(Debug, Args)]
pub(crate) struct HealthcheckArgs {
    /// The address that the service listens on; an unspecified one is asked on loopback
    #[arg(
        long,
        env = "CUSTOMERS_LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = DEFAULT_LISTEN
    )]
    pub(crate) listen: SocketAddr,
}

const DEFAULT_LISTEN: &str = "127.0.0.1:8080";

/// What may stand between this program and the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Pooler {
    /// Each transaction may run on another connection
    Transaction,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

#[cfg(test)]
mod tests;
