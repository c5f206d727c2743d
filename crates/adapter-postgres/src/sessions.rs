//! What the server says of the sessions that work for this program.

use sqlx::postgres::PgRow;

use crate::column::column;
use crate::failure::Failure;

/// Minimum idle time, in milliseconds, after which a session whose response is still awaited counts as
/// dead. A shorter one may mean that the response is on its way.
const LOST_AFTER_MS: i64 = 250;

/// Identifies a session of the server, or behind a pooler a transaction: process ids are used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Backend {
    pub(crate) pid: i32,
    /// When it began, in microseconds since 1970 by the server's clock.
    pub(crate) since: i64,
}

impl Backend {
    /// Reads a row of [`THIS_SESSION`](crate::sql::THIS_SESSION) or
    /// [`THIS_TRANSACTION`](crate::sql::THIS_TRANSACTION).
    pub(crate) fn from_row(row: &PgRow) -> Result<Self, Failure> {
        Ok(Self {
            pid: column(row, "pid")?,
            since: column(row, "since")?,
        })
    }
}

/// The sessions at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sessions {
    read_only: bool,
    sessions: Vec<Session>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Session {
    pid: i32,
    since: i64,
    transaction_since: Option<i64>,
    idle_ms: Option<i64>,
}

impl Sessions {
    /// Reads the rows of [`LIST_SESSIONS`](crate::sql::LIST_SESSIONS).
    pub(crate) fn from_rows(rows: &[PgRow]) -> Result<Self, Failure> {
        let mut read_only = false;
        let mut sessions = Vec::with_capacity(rows.len());
        for row in rows {
            read_only |= column::<bool>(row, "read_only")?;
            sessions.push(Session {
                pid: column(row, "pid")?,
                since: column(row, "session_since")?,
                transaction_since: column(row, "transaction_since")?,
                idle_ms: column(row, "idle_ms")?,
            });
        }
        Ok(Self {
            read_only,
            sessions,
        })
    }

    /// Whether the server refuses writes: a standby, or set to be read-only.
    pub(crate) const fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// Whether the session, or the transaction, still exists.
    pub(crate) fn contains(&self, backend: Backend) -> bool {
        self.find(backend).is_some()
    }

    /// Whether the session waits for its client.
    pub(crate) fn is_idle(&self, backend: Backend) -> bool {
        self.find(backend)
            .is_some_and(|session| session.idle_ms.is_some())
    }

    /// Whether a response that is awaited from the session will never arrive: the session has ended,
    /// or it is idle, so that either the statement or the response was lost on the way.
    pub(crate) fn is_lost(&self, backend: Backend) -> bool {
        self.find(backend)
            .is_none_or(|session| session.idle_ms.is_some_and(|ms| ms >= LOST_AFTER_MS))
    }

    fn find(&self, backend: Backend) -> Option<&Session> {
        self.sessions.iter().find(|session| {
            session.pid == backend.pid
                && (session.since == backend.since
                    || session.transaction_since == Some(backend.since))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKEND: Backend = Backend { pid: 7, since: 70 };

    fn sessions(session: Session) -> Sessions {
        Sessions {
            read_only: false,
            sessions: vec![session],
        }
    }

    fn session(idle_ms: Option<i64>) -> Session {
        Session {
            pid: 7,
            since: 70,
            transaction_since: None,
            idle_ms,
        }
    }

    #[test]
    fn a_process_id_that_is_used_again_is_another_session() {
        let found = sessions(Session {
            since: 71,
            ..session(None)
        });
        assert!(!found.contains(BACKEND));
        assert!(found.is_lost(BACKEND));
        assert!(sessions(session(None)).contains(BACKEND));
    }

    #[test]
    fn behind_a_pooler_the_transaction_counts_and_not_the_session() {
        let of_transaction = Session {
            since: 1,
            transaction_since: Some(70),
            ..session(None)
        };
        assert!(sessions(of_transaction.clone()).contains(BACKEND));
        let next = Session {
            transaction_since: Some(80),
            ..of_transaction
        };
        assert!(!sessions(next).contains(BACKEND));
    }

    #[test]
    fn a_session_that_works_is_not_lost_however_long_it_takes() {
        assert!(!sessions(session(None)).is_lost(BACKEND));
        assert!(!sessions(session(Some(10))).is_lost(BACKEND));
        assert!(sessions(session(Some(10))).is_idle(BACKEND));
        assert!(sessions(session(Some(900))).is_lost(BACKEND));
    }
}
