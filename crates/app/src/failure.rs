//! Errors that end the program, and their exit codes.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use customers_adapter_key_file::{CreateError, KeyFileError};
use customers_adapter_postgres::StartupError;
use customers_adapter_vault::SettingsError;
use customers_domain::ApiKeyId;
use customers_http_kit::DuplicateDeclaration;
use customers_ports::{MasterKeyError, StoreError};
use customers_use_cases::IssueApiKeyError;
use thiserror::Error;

use crate::module::StartError;

/// An error that ends the program. Its message is one line without a database URL or a key.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// Invalid command line or environment.
    #[error("{0}")]
    Usage(String),
    /// The program cannot listen on the address.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        address: SocketAddr,
        source: io::Error,
    },
    /// The database cannot be used.
    #[error(transparent)]
    Startup(StartupError),
    /// The schema is older than this program.
    #[error(
        "the database schema is behind this program: run `customers migrate`, or start with --migrate"
    )]
    SchemaBehind,
    /// The tables of a module are older than this program.
    #[error(
        "the schema of the module `{0}` is behind this program: run `customers migrate`, or start with --migrate"
    )]
    ModuleSchemaBehind(&'static str),
    /// A module adds a flag, a variable or a group of the command line that exists already.
    #[error(
        "the module `{module}` and another part of the program both define `{name}` for `serve`; rename it"
    )]
    DuplicateFlag { module: &'static str, name: String },
    /// A module does not start.
    #[error("the module `{module}` cannot start: {source}")]
    StartModule {
        module: &'static str,
        source: StartError,
    },
    /// The database may lose acknowledged writes in a power cut.
    #[error(
        "the database may lose customers in a power cut because {0} is off: turn it on, or start with --allow-unsafe-durability if data may be lost"
    )]
    UnsafeDurability(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The API key was not created.
    #[error(transparent)]
    IssueApiKey(#[from] IssueApiKeyError),
    /// Two modules cannot be served together.
    #[error(transparent)]
    Modules(#[from] DuplicateDeclaration),
    /// The API key does not exist.
    #[error("API key {0} does not exist")]
    UnknownApiKey(ApiKeyId),
    /// The master key was not created.
    #[error("cannot create a master key: {0}")]
    CreateMasterKey(CreateError),
    /// The master key file was not created.
    #[error("cannot write a master key to {}: {error}", .path.display())]
    CreateMasterKeyFile { path: PathBuf, error: CreateError },
    /// The master key file cannot be used.
    #[error("cannot read the master key from {}: {error}", .path.display())]
    ReadMasterKeyFile { path: PathBuf, error: KeyFileError },
    /// The client of the vault cannot be made.
    #[error("cannot use the vault: {0}")]
    Vault(SettingsError),
    /// The key in the vault does not wrap or unwrap.
    #[error("cannot use the key `{key}` of the vault: {error}")]
    VaultKey { key: String, error: MasterKeyError },
    /// The service is not ready or cannot be reached.
    #[error("the service at {address} is not ready: {reason}")]
    NotReady { address: SocketAddr, reason: String },
    /// An operation of the operating system failed.
    #[error("{doing}: {source}")]
    System {
        doing: &'static str,
        source: io::Error,
    },
    /// The server ended before it was stopped.
    #[error("the server ended unexpectedly")]
    ServerEnded,
    /// A second signal came while the service was stopping.
    #[error("stopped immediately by a second signal")]
    Interrupted,
}

impl Failure {
    /// Returns a function for `map_err` that adds what the program was doing.
    pub(crate) fn system(doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::System { doing, source }
    }

    /// Returns the message, with the commands of a program of that name.
    pub(crate) fn message(&self, program: &str) -> String {
        let message = self.to_string();
        message.replace("`customers ", &format!("`{program} "))
    }

    /// Returns the exit code: 2 for invalid usage, 1 for all other errors.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Listen { .. }
            | Self::Startup(_)
            | Self::SchemaBehind
            | Self::ModuleSchemaBehind(_)
            | Self::DuplicateFlag { .. }
            | Self::StartModule { .. }
            | Self::UnsafeDurability(_)
            | Self::Store(_)
            | Self::IssueApiKey(_)
            | Self::Modules(_)
            | Self::UnknownApiKey(_)
            | Self::CreateMasterKey(_)
            | Self::CreateMasterKeyFile { .. }
            | Self::ReadMasterKeyFile { .. }
            | Self::Vault(_)
            | Self::VaultKey { .. }
            | Self::NotReady { .. }
            | Self::System { .. }
            | Self::ServerEnded
            | Self::Interrupted => ExitCode::from(1),
        }
    }
}

impl From<StartupError> for Failure {
    fn from(error: StartupError) -> Self {
        match error {
            StartupError::InvalidUrl => Self::Usage(error.to_string()),
            other => Self::Startup(other),
        }
    }
}
