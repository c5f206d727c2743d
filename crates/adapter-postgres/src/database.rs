mod work;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use customers_ports::StoreError;
use sqlx::postgres::PgRow;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::connection::Connector;
use crate::failure::{Failure, FailureKind};
use crate::monitor::Monitor;
use crate::pool::{Lease, Pool};
use crate::sessions::{Backend, Sessions};
use crate::settings::PgSettings;
use crate::startup_error::StartupError;
use crate::statement::Statement;
use crate::to_the_end::to_the_end;
use crate::transaction::UnitOfWork;
use crate::write_limit::{WriteLimit, WritePermit};
use work::{InTransaction, Read, Write};

pub(crate) use work::Work;

/// Maximum duration of one call of a port in total.
pub(crate) const CALL_LIMIT: Duration = Duration::from_secs(10);

/// Maximum number of attempts in one call after lost races.
const ATTEMPTS: u32 = 5;
/// Maximum pause after the first lost race. It doubles with each race.
const BACKOFF: Duration = Duration::from_millis(10);
/// Time after which the monitor checks whether the server works on the call.
const SUSPECT_AFTER: Duration = Duration::from_millis(700);
/// Time until the next such check.
const SUSPECT_AGAIN_AFTER: Duration = Duration::from_millis(500);

/// A limited number of connections, opened on demand. Clones share them.
///
/// Modules run their own statements on it: [`fetch`](Self::fetch) reads, [`write`](Self::write) is a transaction of one
/// statement, and [`transaction`](Self::transaction) one of several. All of them have the limits of the service's own
/// calls: a quarter of the connections is kept for reads, and each call has a time limit. Statements are sent again
/// after a lost race or a lost connection, and every error becomes a [`StoreError`] without a value in it.
#[derive(Clone)]
pub struct Database {
    pool: Arc<Pool>,
    writes: Arc<WriteLimit>,
    monitor: Monitor,
    create_batch: usize,
}

/// Use of the connections of a [`Database`] at one moment, without that of the health check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolStatus {
    /// Connections that are open or being opened.
    pub open: usize,
    /// Open connections that a call uses.
    pub in_use: usize,
    /// Abandoned connections whose backends may still exist.
    pub abandoned: usize,
    /// Calls that wait for a connection.
    pub waiting: usize,
    /// Maximum number of open connections, including abandoned ones.
    pub max: usize,
    /// Connections in use by writes, including abandoned ones.
    pub writes: usize,
    /// Maximum number of connections that write.
    pub writes_max: usize,
}

impl Database {
    /// Creates the pool without connecting.
    ///
    /// # Errors
    /// Returns an error if the URL is not a PostgreSQL URL.
    pub fn new(settings: &PgSettings) -> Result<Self, StartupError> {
        let pool = Pool::new(Connector::new(settings)?, settings.max_connections);
        Ok(Self {
            writes: Arc::new(WriteLimit::of(pool.max())),
            monitor: Monitor::of(&pool),
            pool: Arc::new(pool),
            create_batch: settings.create_batch,
        })
    }

    /// Returns the maximum number of creates in one statement.
    pub(crate) const fn create_batch(&self) -> usize {
        self.create_batch
    }

    /// Returns the current use of the connections.
    pub fn pool_status(&self) -> PoolStatus {
        let counts = self.pool.counts();
        let open = counts.taken.saturating_sub(counts.abandoned);
        PoolStatus {
            open,
            in_use: open.saturating_sub(counts.idle),
            abandoned: counts.abandoned,
            waiting: counts.waiting,
            max: self.pool.max(),
            writes: self.writes.in_use(),
            writes_max: self.writes.max(),
        }
    }

    /// Returns the server's sessions, read on the monitor's connection. The caller sets the timeout.
    pub(crate) async fn look(&self) -> Result<Arc<Sessions>, Failure> {
        self.monitor.start(&self.pool);
        self.monitor.look().await
    }

    /// Does the work. It is cancelled if the caller stops waiting.
    pub(crate) async fn call<W: Work>(&self, work: W) -> Result<W::Output, StoreError> {
        let deadline = Instant::now() + CALL_LIMIT;
        let lease = self.lease::<W>().await?;
        Ok(self.attempts(&work, lease, deadline).await?)
    }

    /// Does the work and finishes it even if the caller stops waiting. The number of connections limits such work.
    pub(crate) async fn call_to_the_end<W>(&self, work: W) -> Result<W::Output, StoreError>
    where
        W: Work + 'static,
        W::Output: 'static,
    {
        let deadline = Instant::now() + CALL_LIMIT;
        let lease = self.lease::<W>().await?;
        let database = self.clone();
        let work = async move { database.attempts(&work, lease, deadline).await };
        let outcome = to_the_end(work).await;
        Ok(outcome.ok_or_else(|| StoreError::defect("a call of the store panicked"))??)
    }

    /// Runs a statement that reads and returns its rows. It is run again if its connection turns out to be lost.
    ///
    /// # Errors
    /// Returns an error if there is no connection in time, or if the statement fails.
    pub async fn fetch(&self, statement: Statement) -> Result<Vec<PgRow>, StoreError> {
        self.call(Read(statement)).await
    }

    /// Runs a statement that writes, as a transaction, and returns its rows. It runs to its end even if the caller
    /// stops waiting.
    ///
    /// The statement MUST lead to the same rows when it is run again: it is, after a lost race, and after a lost
    /// connection even if the first attempt was committed.
    ///
    /// # Errors
    /// Returns an error if there is no connection for writes in time, or if the statement fails. It is then unknown
    /// whether it was carried out.
    pub async fn write(&self, statement: Statement) -> Result<Vec<PgRow>, StoreError> {
        self.call_to_the_end(Write(statement)).await
    }

    /// Runs a unit of work in one transaction. It runs to its end even if the caller stops
    /// waiting.
    ///
    /// It is begun again when the server reports a serialization failure or a deadlock (SQLSTATE 40001 and 40P01), and
    /// when its connection turns out to be lost. The transaction must end within the time limit of one statement, and
    /// all attempts together within 10 s.
    ///
    /// # Errors
    /// Returns an error if there is no connection in time, or if the last attempt fails. If the connection
    /// was lost, it is unknown whether the transaction was committed.
    pub async fn transaction<U: UnitOfWork>(&self, unit: U) -> Result<U::Output, StoreError> {
        self.call_to_the_end(InTransaction(unit)).await
    }

    /// Does the work on this connection, or on another one if this one is dead.
    pub(crate) async fn attempts<W: Work>(
        &self,
        work: &W,
        mut lease: Lease,
        deadline: Instant,
    ) -> Result<W::Output, Failure> {
        let mut attempt = 1;
        loop {
            let outcome = timeout_at(deadline, self.attempt(work, &mut lease))
                .await
                .unwrap_or_else(|_| Err(Failure::timed_out("the whole call", CALL_LIMIT)));
            let failure = match outcome {
                Ok(output) => return Ok(output),
                Err(failure) => failure,
            };
            match failure.kind {
                FailureKind::Raced if attempt < ATTEMPTS => {
                    sleep(backoff(attempt)).await;
                    attempt += 1;
                }
                // Each of these retries closes an old connection, so their number is limited.
                FailureKind::Lost | FailureKind::ReadOnly if W::IS_REPEATED && lease.is_old() => {
                    let permit = lease.into_forgotten();
                    lease = timeout_at(deadline, self.lease_with(permit))
                        .await
                        .map_err(|_| Failure::timed_out("the whole call", CALL_LIMIT))??;
                }
                FailureKind::ReadOnly => {
                    self.monitor.reconnect();
                    return Err(failure);
                }
                _ => return Err(failure),
            }
        }
    }

    /// Does the work on this connection. Fails if the sessions show that the connection is dead.
    async fn attempt<W: Work>(&self, work: &W, lease: &mut Lease) -> Result<W::Output, Failure> {
        let suspect = lease.suspect().filter(|_| W::IS_REPEATED);
        let attempt = work.attempt(lease);
        let Some(backend) = suspect else {
            return attempt.await;
        };
        tokio::select! {
            biased;
            outcome = attempt => outcome,
            () = self.until_lost(backend) => Err(Failure::silent()),
        }
    }

    /// Waits until the sessions show that the backend is gone. Only they distinguish a slow statement from a dead
    /// connection.
    async fn until_lost(&self, backend: Backend) {
        sleep(SUSPECT_AFTER).await;
        loop {
            let sessions = self.monitor.look().await;
            if sessions.is_ok_and(|sessions| sessions.is_lost(backend)) {
                return;
            }
            sleep(SUSPECT_AGAIN_AFTER).await;
        }
    }

    /// Returns a connection for the work. The time limit covers waiting and connecting.
    pub(crate) async fn lease<W: Work>(&self) -> Result<Lease, Failure> {
        let started = Instant::now();
        let limit = self.lease_limit();
        let permit = if W::WRITES {
            let permit = timeout(limit, self.writes.acquire()).await;
            Some(permit.map_err(|_| Failure::timed_out(GETTING_A_CONNECTION, limit))??)
        } else {
            None
        };
        timeout_at(started + limit, self.lease_with(permit))
            .await
            .unwrap_or_else(|_| Err(Failure::timed_out(GETTING_A_CONNECTION, limit)))
    }

    async fn lease_with(&self, permit: Option<WritePermit>) -> Result<Lease, Failure> {
        self.monitor.start(&self.pool);
        let limit = self.lease_limit();
        timeout(limit, self.pool.lease(permit))
            .await
            .unwrap_or_else(|_| Err(Failure::timed_out(GETTING_A_CONNECTION, limit)))
    }

    fn lease_limit(&self) -> Duration {
        self.pool.connector().limit().min(CALL_LIMIT)
    }
}

const GETTING_A_CONNECTION: &str = "getting a connection";

/// Returns a random part of the maximum, so that transactions that collided do not collide again.
fn backoff(attempt: u32) -> Duration {
    // Without randomness they continue at once.
    let part = getrandom::u32().unwrap_or_default();
    BACKOFF * (1 << (attempt - 1)) * (part >> 16) / (1 << 16)
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("connections", &self.pool.counts().taken)
            .finish_non_exhaustive()
    }
}
