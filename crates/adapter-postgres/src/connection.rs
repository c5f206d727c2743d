use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgArguments, PgConnectOptions, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, ConnectOptions as _, PgConnection, Postgres};
use tokio::time::{Instant, timeout};

use crate::failure::Failure;
use crate::sessions::Backend;
use crate::settings::{PgSettings, Pooler};
use crate::sql;
use crate::startup_error::StartupError;
use crate::statement::Statement;
use crate::transaction::{Ending, Transaction, UnitOfWork};

/// The server ends a statement that runs out of time, and the connection stays good. Only where even
/// that does not come within this is the connection given up.
const GRACE: Duration = Duration::from_millis(500);
/// How long a pooler may take to begin a transaction on a connection that was idle, before that
/// connection counts as dead.
const POOLER_REPLIES_WITHIN: Duration = Duration::from_secs(1);

/// Commits. The query before it fails if a statement of the transaction failed: a COMMIT alone would then roll back
/// and report success.
const COMMIT: &str = "SELECT 1; COMMIT";

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

    /// Opens a connection within the time limit. A direct one knows its backend.
    pub(crate) async fn connect(&self) -> Result<Connection, Failure> {
        let opening = async {
            let mut raw = self.options.connect().await?;
            let backend = match self.begin {
                None => Some(identify(&mut raw).await?),
                Some(_) => None,
            };
            Ok::<_, Failure>((raw, backend))
        };
        let (raw, backend) = timeout(self.limit, opening)
            .await
            .map_err(|_| Failure::timed_out("connecting", self.limit))??;
        Ok(Connection {
            raw: Some(raw),
            backend,
            limit: self.limit + GRACE,
            begin: self.begin.clone(),
            idle_since: Instant::now(),
        })
    }
}

/// A connection that closes itself when it cannot be used again.
pub(crate) struct Connection {
    /// Taken out while a statement runs, so that one whose caller goes away half-way closes the
    /// connection, and put back when it awaits the next, in no transaction and with no answer
    /// outstanding.
    raw: Option<PgConnection>,
    /// The session, or behind a pooler the transaction that is open. It is still known after the
    /// connection was closed.
    backend: Option<Backend>,
    limit: Duration,
    /// Set where every statement needs a transaction around it, because without one its parts may
    /// reach different sessions behind the pooler.
    begin: Option<Arc<str>>,
    idle_since: Instant,
}

impl Connection {
    /// A connection that cannot be used.
    pub(crate) fn closed() -> Self {
        Self {
            raw: None,
            backend: None,
            limit: Duration::ZERO,
            begin: None,
            idle_since: Instant::now(),
        }
    }

    /// Whether the connection can be used.
    pub(crate) const fn is_open(&self) -> bool {
        self.raw.is_some()
    }

    /// What works for this connection at the server, as far as that is known. Behind a pooler, nothing
    /// does between transactions.
    pub(crate) const fn backend(&self) -> Option<Backend> {
        self.backend
    }

    /// The session that belongs to this connection for as long as it is open; behind a pooler, none.
    pub(crate) const fn session(&self) -> Option<Backend> {
        match self.begin {
            None => self.backend,
            Some(_) => None,
        }
    }

    /// Since when nothing was sent on the connection.
    pub(crate) const fn idle_since(&self) -> Instant {
        self.idle_since
    }

    /// Runs a statement and takes the rows that it answers.
    pub(crate) async fn fetch(&mut self, statement: Statement) -> Result<Vec<PgRow>, Failure> {
        let query = statement.into_query()?;
        let mut raw = self.raw.take().ok_or_else(Failure::closed)?;
        let limit = self.limit;
        let outcome = timeout(limit, async {
            match self.begin.clone() {
                None => Ok(query.fetch_all(&mut raw).await?),
                Some(begin) => self.fetch_in_transaction(&mut raw, &begin, query).await,
            }
        });
        let outcome = outcome
            .await
            .unwrap_or_else(|_| Err(Failure::timed_out("a statement", limit)));
        self.keep_after(raw, &outcome);
        outcome
    }

    /// Runs a unit of work in a transaction of its own, within the time of one statement.
    pub(crate) async fn run<U: UnitOfWork>(&mut self, unit: &U) -> Result<U::Output, Failure> {
        let mut raw = self.raw.take().ok_or_else(Failure::closed)?;
        let limit = self.limit;
        let outcome = timeout(limit, self.run_on(&mut raw, unit))
            .await
            .unwrap_or_else(|_| Err(Failure::timed_out("a transaction", limit)));
        self.keep_after(raw, &outcome);
        outcome
    }

    async fn run_on<U: UnitOfWork>(
        &mut self,
        raw: &mut PgConnection,
        unit: &U,
    ) -> Result<U::Output, Failure> {
        let owns_session = self.begin.is_none();
        match self.begin.clone() {
            None => {
                sqlx::raw_sql("BEGIN").execute(&mut *raw).await?;
            }
            Some(begin) => self.begin_on(raw, begin).await?,
        }
        let outcome = match unit.run(&mut Transaction::new(raw, owns_session)).await {
            Ok(Ending::Commit(output)) => match sqlx::raw_sql(COMMIT).execute(&mut *raw).await {
                Ok(_) => {
                    self.backend = self.session();
                    return Ok(output);
                }
                Err(error) => Err(Failure::from(error)),
            },
            Ok(Ending::Rollback(output)) => Ok(output),
            Err(failure) => Err(failure),
        };
        let is_open = outcome
            .as_ref()
            .map_or_else(|failure| failure.kind.keeps_connection(), |_| true);
        if is_open {
            sqlx::raw_sql("ROLLBACK").execute(&mut *raw).await?;
            self.backend = self.session();
        }
        outcome
    }

    /// Keeps the connection unless the outcome shows that it cannot be used again.
    fn keep_after<T>(&mut self, raw: PgConnection, outcome: &Result<T, Failure>) {
        let is_usable = outcome
            .as_ref()
            .map_or_else(|failure| failure.kind.keeps_connection(), |_| true);
        if is_usable {
            self.raw = Some(raw);
            self.idle_since = Instant::now();
        }
    }

    async fn fetch_in_transaction(
        &mut self,
        raw: &mut PgConnection,
        begin: &Arc<str>,
        query: Query<'static, Postgres, PgArguments>,
    ) -> Result<Vec<PgRow>, Failure> {
        self.begin_on(raw, Arc::clone(begin)).await?;
        let outcome = query.persistent(false).fetch_all(&mut *raw).await;
        let end = if outcome.is_ok() {
            "COMMIT"
        } else {
            "ROLLBACK"
        };
        // A connection that cannot even roll back is lost, whatever came before.
        sqlx::raw_sql(end).execute(raw).await?;
        self.backend = None;
        Ok(outcome?)
    }

    /// Begins a transaction behind a pooler.
    async fn begin_on(&mut self, raw: &mut PgConnection, begin: Arc<str>) -> Result<(), Failure> {
        let begin = sqlx::raw_sql(AssertSqlSafe(begin));
        let beginning = begin.fetch_all(&mut *raw);
        // A busy pooler may let a transaction wait, which is no sign of a dead connection where
        // others have just been served.
        let rows = if self.idle_since.elapsed() < POOLER_REPLIES_WITHIN {
            beginning.await?
        } else {
            timeout(POOLER_REPLIES_WITHIN, beginning)
                .await
                .map_err(|_| Failure::silent())??
        };
        self.backend = rows.first().map(Backend::from_row).transpose()?;
        Ok(())
    }
}

async fn identify(raw: &mut PgConnection) -> Result<Backend, Failure> {
    let row = sqlx::raw_sql(sql::THIS_SESSION).fetch_one(raw).await?;
    Backend::from_row(&row)
}
