use std::time::Duration;

use customers_ports::StoreError;
use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;

/// Why a statement did not do its work, and what can be done about it.
///
/// The reason is made of SQLSTATEs, names of the schema and words of this crate. The server's message
/// and detail may hold a customer's data, so nothing here reads them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub(crate) kind: FailureKind,
    pub(crate) reason: String,
}

/// What can be done about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// The connection is of no use any more, and others that were opened before may not be either.
    Lost,
    /// The server refuses writes. Another one may have taken its place, which new connections reach.
    ReadOnly,
    /// No response came in time. Whether the server carries the request out is unknown.
    TimedOut,
    /// Another transaction came first; the same again may succeed.
    Raced,
    /// Another transaction held a row for too long.
    LockTimeout,
    /// The server does not let this program in.
    Refused,
    /// The server cannot do it now, or cannot say whether it did.
    Unavailable,
    /// A value was sealed under a key that this program has not loaded.
    UnknownKey,
    /// It will fail in the same way again.
    Defect,
}

impl FailureKind {
    /// Whether a connection on which a statement failed like this can be used again.
    pub(crate) const fn keeps_connection(self) -> bool {
        match self {
            Self::Lost | Self::ReadOnly | Self::TimedOut => false,
            Self::Raced
            | Self::LockTimeout
            | Self::Refused
            | Self::Unavailable
            | Self::UnknownKey
            | Self::Defect => true,
        }
    }
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, reason: impl Into<String>) -> Self {
        Self {
            kind,
            reason: reason.into(),
        }
    }

    /// Another transaction came first. The unit of work that returns this is run again, a bounded number of times.
    pub fn raced() -> Self {
        Self::new(FailureKind::Raced, "other transactions kept coming first")
    }

    /// A column has a value that the program cannot read.
    pub fn unreadable(column: &str) -> Self {
        let reason = format!("column {column} holds what it never should");
        Self::new(FailureKind::Defect, reason)
    }

    pub(crate) fn closed() -> Self {
        Self::new(FailureKind::Lost, "the connection is closed")
    }

    /// The connection died without a sign of it.
    pub(crate) fn silent() -> Self {
        Self::new(FailureKind::Lost, "the connection died silently")
    }

    pub(crate) fn timed_out(what: &str, limit: Duration) -> Self {
        let reason = format!("{what} took longer than {} ms", limit.as_millis());
        Self::new(FailureKind::TimedOut, reason)
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure.kind {
            FailureKind::Lost
            | FailureKind::ReadOnly
            | FailureKind::TimedOut
            | FailureKind::Raced
            | FailureKind::LockTimeout
            | FailureKind::Refused
            | FailureKind::Unavailable => Self::unavailable(failure.reason),
            FailureKind::UnknownKey | FailureKind::Defect => Self::defect(failure.reason),
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

fn of_server(error: &dyn DatabaseError) -> Failure {
    let code = error.code().unwrap_or_default();
    let constraint = error.constraint();
    let routine = error
        .try_downcast_ref::<PgDatabaseError>()
        .and_then(PgDatabaseError::routine);
    if code == "0A000" && routine == Some(CHECKS_PREPARED_PLAN) {
        return Failure::new(FailureKind::Lost, "a prepared statement is out of date");
    }
    let reason = match constraint {
        Some(constraint) => format!("SQLSTATE {code} on {constraint}"),
        None => format!("SQLSTATE {code}"),
    };
    Failure::new(kind_of(&code, constraint), reason)
}

/// By SQLSTATE: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn kind_of(code: &str, constraint: Option<&str>) -> FailureKind {
    match code {
        // Shut down, crashed, cut off for idling; a statement that another session prepared.
        "57P01" | "57P02" | "57P05" | "25P03" | "26000" | "42P05" => FailureKind::Lost,
        "25006" => FailureKind::ReadOnly,
        "40001" | "40P01" => FailureKind::Raced,
        // A cluster appends the number of a shard to the name.
        "23505" if constraint.is_some_and(|name| name.starts_with(RECORDS_PRIMARY_KEY)) => {
            FailureKind::Raced
        }
        "55P03" => FailureKind::LockTimeout,
        "3D000" => FailureKind::Refused,
        // Starting up; a statement that ran out of time; whether it was carried out is unknown.
        "57P03" | "57014" | "40003" => FailureKind::Unavailable,
        other => match other.get(..2) {
            Some("08") => FailureKind::Lost,
            Some("28") => FailureKind::Refused,
            // Disk, memory or connections are full; the system below the server fails.
            Some("53" | "58") => FailureKind::Unavailable,
            _ => FailureKind::Defect,
        },
    }
}

/// Violated by two requests with one key of which the other was recorded first.
const RECORDS_PRIMARY_KEY: &str = "idempotency_records_pkey";

/// The server's function that reports a prepared statement whose tables have changed since. Its
/// SQLSTATE, 0A000, is also that of a feature that the server lacks.
const CHECKS_PREPARED_PLAN: &str = "RevalidateCachedQuery";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_says_is_sorted_by_what_can_be_done_about_it() {
        for (code, kind) in [
            ("53100", FailureKind::Unavailable),
            ("53300", FailureKind::Unavailable),
            ("58030", FailureKind::Unavailable),
            ("57P03", FailureKind::Unavailable),
            ("57014", FailureKind::Unavailable),
            ("57P01", FailureKind::Lost),
            ("08006", FailureKind::Lost),
            ("25006", FailureKind::ReadOnly),
            ("40003", FailureKind::Unavailable),
            ("0A000", FailureKind::Defect),
            ("40001", FailureKind::Raced),
            ("40P01", FailureKind::Raced),
            ("55P03", FailureKind::LockTimeout),
            ("28P01", FailureKind::Refused),
            ("3D000", FailureKind::Refused),
            ("42P01", FailureKind::Defect),
            ("23514", FailureKind::Defect),
            ("22P05", FailureKind::Defect),
            ("", FailureKind::Defect),
        ] {
            assert_eq!(kind_of(code, None), kind, "{code}");
        }
    }

    #[test]
    fn of_unique_violations_the_one_of_a_key_is_a_race_and_any_other_a_defect() {
        for (constraint, kind) in [
            (Some("idempotency_records_pkey"), FailureKind::Raced),
            (Some("idempotency_records_pkey_102008"), FailureKind::Raced),
            (Some("customers_email_key"), FailureKind::Defect),
            (None, FailureKind::Defect),
        ] {
            assert_eq!(kind_of("23505", constraint), kind, "{constraint:?}");
        }
    }
}
