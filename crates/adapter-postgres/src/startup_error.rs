use sqlx::migrate::MigrateError;
use thiserror::Error;

use crate::failure::{Failure, FailureKind};

/// Why a database cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StartupError {
    /// The URL is not that of a Postgres database. It may hold a password, so it is not shown.
    #[error("the database URL is not of the form postgres://user:password@host:port/database")]
    InvalidUrl,
    /// The server cannot be reached, is starting, or does not answer. It may later.
    #[error("the database cannot be reached: {reason}")]
    Unreachable {
        /// What happened.
        reason: String,
    },
    /// The server does not let this program in: wrong password, unknown database, no TLS.
    #[error("the database refuses the connection: {reason}")]
    Refused {
        /// What happened.
        reason: String,
    },
    /// A migration was asked for through a pooler, which cannot keep its lock.
    #[error("migrations need a direct connection, not one through a pooler")]
    MigrationThroughPooler,
    /// A migration failed; nothing of it was kept.
    #[error("migration {version} failed: {reason}")]
    MigrationFailed {
        /// Which one.
        version: i64,
        /// What happened.
        reason: String,
    },
    /// A migration was edited after it had been applied here, or stopped half-way.
    #[error("the schema is not what migration {version} of this program makes")]
    SchemaAltered {
        /// Which one.
        version: i64,
    },
    /// The role of the service lacks privileges on the tables of a module.
    #[error("the database role lacks privileges that the module `{module}` needs: {statements}")]
    MissingPrivileges {
        /// The module.
        module: &'static str,
        /// The statements that grant them.
        statements: String,
    },
    /// The database has another encoding than UTF-8, in which names could not be stored.
    #[error(
        "the database's encoding is {encoding} and must be UTF8; create it with `createdb --template=template0 --encoding=UTF8`"
    )]
    WrongEncoding {
        /// The encoding that it has.
        encoding: String,
    },
    /// The schema was made by migrations that no release has.
    #[error("the schema was made by an unreleased version of this program; create a new database")]
    Unreleased,
    /// The master key does not open the keys of this database.
    #[error("the master key does not open this database: {reason}")]
    MasterKey {
        /// Which key does not open, and why.
        reason: String,
    },
    /// The server answered what it never should.
    #[error("the database is at fault: {reason}")]
    Failed {
        /// What happened.
        reason: String,
    },
}

impl From<Failure> for StartupError {
    fn from(Failure { kind, reason }: Failure) -> Self {
        match kind {
            FailureKind::Lost
            | FailureKind::ReadOnly
            | FailureKind::TimedOut
            | FailureKind::Raced
            | FailureKind::LockTimeout
            | FailureKind::Unavailable => Self::Unreachable { reason },
            FailureKind::Refused => Self::Refused { reason },
            FailureKind::UnknownKey | FailureKind::Defect => Self::Failed { reason },
        }
    }
}

impl From<MigrateError> for StartupError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) => Failure::from(error).into(),
            MigrateError::ExecuteMigration(error, version) => Self::MigrationFailed {
                version,
                reason: Failure::from(error).reason,
            },
            MigrateError::VersionMismatch(version) | MigrateError::Dirty(version) => {
                Self::SchemaAltered { version }
            }
            _ => Self::Failed {
                reason: "the migrations cannot be read".into(),
            },
        }
    }
}
