use std::time::Duration;

use customers_ports::StoreError;
use sqlx::error::DatabaseError;

/// Why a statement did not do its work, and what can be done about it.
///
/// The reason is made of SQLSTATEs, names of the schema and words of this crate. The server's message
/// and detail may hold a customer's data, so nothing here reads them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    pub(crate) reason: String,
}

/// What can be done about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// The connection is of no use any more, and others that were opened before may not be either.
    Lost,
    /// Another transaction came first; the same again may succeed.
    Raced,
    /// Another transaction held a row for too long.
    LockTimeout,
    /// The server does not let this program in.
    Refused,
    /// The server cannot do it now.
    Unavailable,
    /// It will fail in the same way again.
    Defect,
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, reason: impl Into<String>) -> Self {
        Self {
            kind,
            reason: reason.into(),
        }
    }

    pub(crate) fn raced() -> Self {
        Self::new(FailureKind::Raced, "other transactions kept coming first")
    }

    pub(crate) fn closed() -> Self {
        Self::new(FailureKind::Lost, "the connection is closed")
    }

    pub(crate) fn timed_out(what: &str, limit: Duration) -> Self {
        let reason = format!("{what} took longer than {} ms", limit.as_millis());
        Self::new(FailureKind::Unavailable, reason)
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure.kind {
            FailureKind::Lost
            | FailureKind::Raced
            | FailureKind::LockTimeout
            | FailureKind::Refused
            | FailureKind::Unavailable => Self::unavailable(failure.reason),
            FailureKind::Defect => Self::defect(failure.reason),
        }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => of_server(error.as_ref()),
            sqlx::Error::Io(error) => Self::new(
                FailureKind::Lost,
                format!("no connection to the server ({:?})", error.kind()),
            ),
            sqlx::Error::Protocol(_) => {
                Self::new(FailureKind::Lost, "the server broke the protocol")
            }
            sqlx::Error::Tls(_) => Self::new(FailureKind::Refused, "no TLS with the server"),
            sqlx::Error::ColumnDecode { index, .. } => Self::new(
                FailureKind::Defect,
                format!("column {index} holds what it never should"),
            ),
            _ => Self::new(FailureKind::Defect, "the driver failed"),
        }
    }
}

/// By SQLSTATE: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn of_server(error: &dyn DatabaseError) -> Failure {
    let code = error.code().unwrap_or_default();
    let kind = match code.as_ref() {
        // Shut down, crashed, cut off for idling; a standby, which this server may just have become;
        // a statement that was prepared for another schema or by another session.
        "57P01" | "57P02" | "57P05" | "25P03" | "25006" | "0A000" | "26000" | "42P05" => {
            FailureKind::Lost
        }
        "40001" | "40P01" => FailureKind::Raced,
        "23505" if is_record_of_key(error) => FailureKind::Raced,
        "55P03" => FailureKind::LockTimeout,
        "3D000" => FailureKind::Refused,
        // Starting up; a statement that ran out of time.
        "57P03" | "57014" => FailureKind::Unavailable,
        other => match other.get(..2) {
            Some("08") => FailureKind::Lost,
            Some("28") => FailureKind::Refused,
            // Disk, memory or connections are full; the system below the server fails.
            Some("53" | "58") => FailureKind::Unavailable,
            _ => FailureKind::Defect,
        },
    };
    let reason = match error.constraint() {
        Some(constraint) => format!("SQLSTATE {code} on {constraint}"),
        None => format!("SQLSTATE {code}"),
    };
    Failure::new(kind, reason)
}

/// A cluster appends the number of a shard to the name.
fn is_record_of_key(error: &dyn DatabaseError) -> bool {
    error
        .constraint()
        .is_some_and(|name| name.starts_with("idempotency_records_pkey"))
}
