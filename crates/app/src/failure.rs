//! Why the program ends without having done what it was asked, and the exit code that says so.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use customers_adapter_key_file::{CreateError, KeyFileError};
use customers_adapter_postgres::StartupError;
use customers_domain::ApiKeyId;
use customers_http_kit::DuplicateDeclaration;
use customers_ports::StoreError;
use customers_use_cases::IssueApiKeyError;
use thiserror::Error;

/// What went wrong, in one line for the person or the supervisor who started the program. It holds
/// no database URL and no key.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// The command line or the environment asks for what cannot be.
    #[error("{0}")]
    Usage(String),
    /// The address to answer on is not to be had.
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
        "the database's schema is behind this program: run `customers migrate`, or serve with --migrate"
    )]
    SchemaBehind,
    /// A power cut may lose what the database has acknowledged.
    #[error(
        "the database may lose customers in a power cut: {0} is off there; switch it on, or start with --allow-unsafe-durability where nothing may be lost"
    )]
    UnsafeDurability(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No API key was made.
    #[error(transparent)]
    IssueApiKey(#[from] IssueApiKeyError),
    /// Two modules cannot be served together.
    #[error(transparent)]
    Modules(#[from] DuplicateDeclaration),
    /// There is no API key of that id.
    #[error("there is no API key {0}")]
    UnknownApiKey(ApiKeyId),
    /// No master key was made.
    #[error("no master key was made: {0}")]
    CreateMasterKey(CreateError),
    /// No file with a master key was made.
    #[error("no master key was written to {}: {error}", .path.display())]
    CreateMasterKeyFile { path: PathBuf, error: CreateError },
    /// The file with the master key cannot be used.
    #[error("the master key cannot be read from {}: {error}", .path.display())]
    ReadMasterKeyFile { path: PathBuf, error: KeyFileError },
    /// The service is not ready, or not there.
    #[error("the service at {address} is not ready: {reason}")]
    NotReady { address: SocketAddr, reason: String },
    /// The operating system refused something.
    #[error("{doing}: {source}")]
    System {
        doing: &'static str,
        source: io::Error,
    },
    /// The server is gone without having been told to go.
    #[error("the server ended by a defect of its own")]
    ServerEnded,
    /// A second signal came while the service was stopping.
    #[error("stopped at once by a second signal")]
    Interrupted,
}

impl Failure {
    /// What could not be done, for `map_err` on an error of the operating system.
    pub(crate) fn system(doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::System { doing, source }
    }

    /// 2 for wrong usage, 1 for everything else.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Listen { .. }
            | Self::Startup(_)
            | Self::SchemaBehind
            | Self::UnsafeDurability(_)
            | Self::Store(_)
            | Self::IssueApiKey(_)
            | Self::Modules(_)
            | Self::UnknownApiKey(_)
            | Self::CreateMasterKey(_)
            | Self::CreateMasterKeyFile { .. }
            | Self::ReadMasterKeyFile { .. }
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
