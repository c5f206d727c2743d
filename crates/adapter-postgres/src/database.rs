use std::fmt;
use std::time::Duration;

use customers_ports::StoreError;
use deadpool::managed::{Pool, PoolError, QueueMode};
use sqlx::postgres::PgRow;
use tokio::time::{Instant, timeout, timeout_at};

use crate::connection::{Connection, Connector};
use crate::failure::{Failure, FailureKind};
use crate::pool::{Lease, is_old};
use crate::settings::PgSettings;
use crate::startup_error::StartupError;
use crate::statement::Statement;

/// The longest that one call of a port may take, everything included.
pub(crate) const CALL_LIMIT: Duration = Duration::from_secs(10);

/// How often work is begun in one call, for all the races it loses.
const ATTEMPTS: u32 = 5;

/// A bounded set of connections, opened when they are needed. Clones share it.
#[derive(Clone)]
pub struct Database {
    pool: Pool<Connector>,
    create_batch: usize,
}

/// How far a [`Database`]'s connections are used at one moment. The health check's own is not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolStatus {
    /// Connections that are open, or being opened.
    pub open: usize,
    /// Those of them that a call is using.
    pub in_use: usize,
    /// Calls that wait for one.
    pub waiting: usize,
    /// Connections that may be open.
    pub max: usize,
}

/// What a call of a port does on a connection.
///
/// It MUST bear being done again after a lost connection, when the first attempt may have been
/// committed all the same, and it MUST leave no transaction open.
pub(crate) trait Work: Send + Sync {
    type Output: Send;

    fn attempt(
        &self,
        connection: &mut Connection,
    ) -> impl Future<Output = Result<Self::Output, Failure>> + Send;
}

impl Database {
    /// Takes the settings; nothing is connected yet.
    ///
    /// # Errors
    /// When the URL is not that of a Postgres database.
    pub fn new(settings: &PgSettings) -> Result<Self, StartupError> {
        let pool = Pool::builder(Connector::new(settings)?)
            .max_size(settings.max_connections.max(1))
            .queue_mode(QueueMode::Lifo)
            .build()
            .map_err(|_| StartupError::Failed {
                reason: "no pool of connections".into(),
            })?;
        Ok(Self {
            pool,
            create_batch: settings.create_batch,
        })
    }

    /// How many creates may share a statement.
    pub(crate) const fn create_batch(&self) -> usize {
        self.create_batch
    }

    /// How far the connections are used now.
    pub fn pool_status(&self) -> PoolStatus {
        let status = self.pool.status();
        PoolStatus {
            open: status.size,
            in_use: status.size.saturating_sub(status.available),
            waiting: status.waiting,
            max: status.max_size,
        }
    }

    pub(crate) fn connector(&self) -> &Connector {
        self.pool.manager()
    }

    /// Does the work, and stops where it is when the caller goes away.
    pub(crate) async fn call<W: Work>(&self, work: W) -> Result<W::Output, StoreError> {
        let deadline = Instant::now() + CALL_LIMIT;
        let lease = self.lease().await?;
        Ok(self.attempts(&work, lease, deadline).await?)
    }

    /// Does the work to its end once there is a connection for it, whether the caller is still there
    /// or not. No more work is under way for callers that left than there are connections.
    pub(crate) async fn call_to_the_end<W>(&self, work: W) -> Result<W::Output, StoreError>
    where
        W: Work + 'static,
        W::Output: 'static,
    {
        let deadline = Instant::now() + CALL_LIMIT;
        let lease = self.lease().await?;
        let database = self.clone();
        let task = tokio::spawn(async move { database.attempts(&work, lease, deadline).await });
        let outcome = task.await.map_err(|error| {
            if error.is_panic() {
                StoreError::defect("a call of the store panicked")
            } else {
                StoreError::unavailable("the program is stopping")
            }
        })?;
        Ok(outcome?)
    }

    /// One statement, with the rows that it answers.
    pub(crate) async fn fetch(&self, statement: Statement) -> Result<Vec<PgRow>, StoreError> {
        self.call(statement).await
    }

    /// Does the work on that connection, or on another if that one turns out dead.
    pub(crate) async fn attempts<W: Work>(
        &self,
        work: &W,
        mut lease: Lease,
        deadline: Instant,
    ) -> Result<W::Output, Failure> {
        let mut attempt = 1;
        loop {
            let outcome = timeout_at(deadline, work.attempt(&mut lease))
                .await
                .unwrap_or_else(|_| Err(Failure::timed_out("the whole call", CALL_LIMIT)));
            let failure = match outcome {
                Ok(output) => return Ok(output),
                Err(failure) => failure,
            };
            match failure.kind {
                FailureKind::Raced if attempt < ATTEMPTS => attempt += 1,
                // Each of these uses up an old connection, so there is an end to them.
                FailureKind::Lost if is_old(&lease) => {
                    self.forget_idle();
                    lease = timeout_at(deadline, self.lease())
                        .await
                        .map_err(|_| Failure::timed_out("the whole call", CALL_LIMIT))??;
                }
                _ => return Err(failure),
            }
        }
    }

    /// A connection within the time limit, waiting and connecting together.
    pub(crate) async fn lease(&self) -> Result<Lease, Failure> {
        let limit = self.connector().limit().min(CALL_LIMIT);
        match timeout(limit, self.pool.get()).await {
            Ok(Ok(lease)) => Ok(lease),
            Ok(Err(PoolError::Backend(failure))) => Err(failure),
            Ok(Err(_)) => Err(Failure::new(FailureKind::Defect, "the pool is closed")),
            Err(_) => Err(Failure::timed_out("getting a connection", limit)),
        }
    }

    /// After a restart of the server every connection that was opened before is dead, so the death of
    /// one condemns all that are idle.
    fn forget_idle(&self) {
        self.pool.retain(|_, _| false);
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("connections", &self.pool.status().size)
            .finish_non_exhaustive()
    }
}

impl Work for Statement {
    type Output = Vec<PgRow>;

    async fn attempt(&self, connection: &mut Connection) -> Result<Vec<PgRow>, Failure> {
        connection.fetch(self.clone()).await
    }
}
