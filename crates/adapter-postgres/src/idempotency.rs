mod mark;
pub(crate) mod statements;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use customers_domain::TenantId;
use customers_ports::{
    EarlierRequest, IdempotencyClaim, IdempotencyRecords, RecordedOutcome, StoreError,
};
use sqlx::PgConnection;
use sqlx::postgres::PgRow;
use tokio::time::Instant;

use crate::column::{column, unreadable};
use crate::database::Database;
use crate::failure::Failure;
use crate::idempotency::mark::Mark;
use crate::idempotency::statements::Recording;
use crate::sql;
use crate::statement::Statement;

/// The upkeep of the records of repeatable requests in Postgres. Clones share their progress.
#[derive(Debug, Clone)]
pub struct PgIdempotencyRecords {
    database: Database,
    mark: Mark,
}

impl PgIdempotencyRecords {
    /// Keeps the records of that database.
    pub fn new(database: Database) -> Self {
        Self {
            database,
            mark: Mark::default(),
        }
    }

    /// The server's time, and when the oldest record was made that is not older than `from`.
    async fn oldest(
        &self,
        from: DateTime<Utc>,
    ) -> Result<(DateTime<Utc>, Option<DateTime<Utc>>), StoreError> {
        let statement = Statement::new(sql::OLDEST_RECORD).bind(from);
        let rows = self.database.fetch(statement).await?;
        let row = rows.first().ok_or_else(|| unreadable("oldest"))?;
        Ok((column(row, "now")?, column(row, "oldest")?))
    }
}

#[async_trait]
impl IdempotencyRecords for PgIdempotencyRecords {
    async fn sweep(&self, age: TimeDelta, at_most: u32) -> Result<u32, StoreError> {
        let (now, oldest) = self.oldest(self.mark.start(Instant::now())).await?;
        // No record is older than the calendar.
        let Some(until) = now.checked_sub_signed(age) else {
            return Ok(0);
        };
        let Some(oldest) = oldest.filter(|oldest| *oldest < until) else {
            self.mark.advance(until);
            return Ok(0);
        };
        self.mark.advance(oldest);
        let statement = Statement::new(sql::SWEEP_RECORDS)
            .bind(oldest)
            .bind(until)
            .bind(i64::from(at_most));
        let rows = self.database.write(statement).await?;
        if let Some(newest) = newest(&rows)? {
            self.mark.advance(newest);
        }
        Ok(u32::try_from(rows.len()).map_err(|_| unreadable("swept"))?)
    }
}

/// When the newest of the deleted records was made.
fn newest(rows: &[PgRow]) -> Result<Option<DateTime<Utc>>, Failure> {
    rows.iter()
        .map(|row| column(row, "recorded_at").map(Some))
        .try_fold(None, |newest, made| Ok(newest.max(made?)))
}

/// Finds the earlier request that used the key of a claim, on a connection in a module's own
/// transaction. Together with [`record_outcome`] it makes any operation of a module idempotent:
///
/// 1. begin a transaction; where this function finds a request, roll back and answer from it;
/// 2. do the module's writes;
/// 3. call [`record_outcome`], and commit if it is [`Recording::Recorded`].
///
/// # Errors
/// When the database fails; the transaction is of no further use.
pub async fn find_earlier_request(
    connection: &mut PgConnection,
    tenant: TenantId,
    claim: &IdempotencyClaim,
) -> Result<Option<EarlierRequest>, StoreError> {
    let query = statements::find(tenant, claim).into_query()?;
    let rows = query.persistent(false).fetch_all(connection).await;
    Ok(statements::earlier_in(
        &rows.map_err(Failure::from)?,
        claim,
    )?)
}

/// Records the first outcome of a claim, on a connection in a module's own transaction.
///
/// It waits for another transaction that records the same claim, for as long as the session's
/// `lock_timeout` allows.
///
/// # Errors
/// When the database fails; the transaction is of no further use.
pub async fn record_outcome(
    connection: &mut PgConnection,
    tenant: TenantId,
    claim: &IdempotencyClaim,
    outcome: &RecordedOutcome,
) -> Result<Recording, StoreError> {
    let query = statements::record(tenant, claim, outcome).into_query()?;
    let rows = query.persistent(false).fetch_all(connection).await;
    Ok(statements::recording(rows.map_err(Failure::from))?)
}
