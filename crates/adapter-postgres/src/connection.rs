use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgArguments, PgConnectOptions, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, ConnectOptions as _, PgConnection, Postgres};
use tokio::time::timeout;

use crate::failure::{Failure, FailureKind};
use crate::settings::{PgSettings, Pooler};
use crate::startup_error::StartupError;
use crate::statement::Statement;

/// The server ends a statement that runs out of time, and the connection stays good. Only where even
/// that does not come within this is the connection given up.
const GRACE: Duration = Duration::from_millis(500);

/// How connections are made.
#[derive(Clone)]
pub(crate) struct Connector {
    options: PgConnectOptions,
    limit: Duration,
    begin: Option<Arc<str>>,
}

impl Connector {
    pub(crate) fn new(settings: &PgSettings) -> Result<Self, StartupError> {
        Ok(Self {
            options: settings.serving()?,
            limit: settings.timeout,
            begin: match settings.pooler {
                Pooler::None => None,
                Pooler::Transaction => Some(settings.begin().into()),
            },
        })
    }

    /// How long to wait for a connection, and for a statement.
    pub(crate) const fn limit(&self) -> Duration {
        self.limit
    }

    /// Opens a connection within the time limit.
    pub(crate) async fn connect(&self) -> Result<Connection, Failure> {
        let raw = timeout(self.limit, self.options.connect())
            .await
            .map_err(|_| Failure::timed_out("connecting", self.limit))??;
        Ok(Connection {
            raw: Some(raw),
            limit: self.limit + GRACE,
            begin: self.begin.clone(),
        })
    }
}

/// A connection that closes itself when it cannot be used again.
pub(crate) struct Connection {
    /// Taken out while a statement runs, so that one whose caller goes away half-way closes the
    /// connection, and put back when it awaits the next, in no transaction and with no answer
    /// outstanding.
    raw: Option<PgConnection>,
    limit: Duration,
    /// Set where every statement needs a transaction around it, because without one its parts may
    /// reach different sessions behind the pooler.
    begin: Option<Arc<str>>,
}

impl Connection {
    /// Whether the connection can be used.
    pub(crate) const fn is_open(&self) -> bool {
        self.raw.is_some()
    }

    /// Runs a statement and takes the rows that it answers.
    pub(crate) async fn fetch(&mut self, statement: Statement) -> Result<Vec<PgRow>, Failure> {
        let query = statement.into_query()?;
        let mut raw = self.raw.take().ok_or_else(Failure::closed)?;
        let outcome = timeout(self.limit, async {
            match &self.begin {
                None => query.fetch_all(&mut raw).await,
                Some(begin) => fetch_in_transaction(&mut raw, begin, query).await,
            }
        });
        let outcome = outcome
            .await
            .map_err(|_| Failure::timed_out("a statement", self.limit))?
            .map_err(Failure::from);
        let lost = matches!(&outcome, Err(failure) if failure.kind == FailureKind::Lost);
        if !lost {
            self.raw = Some(raw);
        }
        outcome
    }

    /// Asks for a sign of life. The caller sets the limit.
    pub(crate) async fn ping(&mut self) -> Result<(), Failure> {
        let mut raw = self.raw.take().ok_or_else(Failure::closed)?;
        sqlx::raw_sql("SELECT 1").execute(&mut raw).await?;
        self.raw = Some(raw);
        Ok(())
    }
}

async fn fetch_in_transaction(
    raw: &mut PgConnection,
    begin: &Arc<str>,
    query: Query<'static, Postgres, PgArguments>,
) -> Result<Vec<PgRow>, sqlx::Error> {
    let begin = sqlx::raw_sql(AssertSqlSafe(begin.clone()));
    begin.execute(&mut *raw).await?;
    let outcome = query.persistent(false).fetch_all(&mut *raw).await;
    let end = if outcome.is_ok() {
        "COMMIT"
    } else {
        "ROLLBACK"
    };
    match (sqlx::raw_sql(end).execute(raw).await, outcome) {
        (Ok(_), outcome) => outcome,
        // A connection that cannot even roll back is lost, whatever came before.
        (Err(error), _) => Err(error),
    }
}
