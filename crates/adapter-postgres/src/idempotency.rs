mod mark;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use customers_domain::TenantId;
use customers_ports::{
    EarlierRequest, IdempotencyClaim, IdempotencyRecords, RecordedOutcome, StoreError,
};
use sha2::{Digest as _, Sha256};
use sqlx::PgConnection;
use sqlx::postgres::PgRow;
use tokio::time::Instant;

use crate::column::{column, unreadable};
use crate::database::Database;
use crate::failure::{Failure, FailureKind};
use crate::idempotency::mark::Mark;
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
    let rows = Statement::new(sql::FIND_RECORD)
        .bind(tenant.as_uuid())
        .bind(record_key(claim).as_slice())
        .into_query()?
        .fetch_all(connection)
        .await
        .map_err(Failure::from)?;
    let earlier = rows.first().map(|row| earlier_request(row, claim));
    Ok(earlier.transpose()?)
}

/// Whether an outcome was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recording {
    /// The record is part of the transaction.
    Recorded,
    /// Another request with the same key was recorded since. Roll back, and begin again with
    /// [`find_earlier_request`].
    Raced,
    /// Another request with the same key is still running and has been waited for in vain. Roll back,
    /// and answer that the request is in progress.
    InProgress,
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
    let rows = Statement::new(sql::STORE_RECORD)
        .bind(tenant.as_uuid())
        .bind(record_key(claim).as_slice())
        .bind(claim.fingerprint.as_slice())
        .bind(outcome.code)
        .bind(outcome.resource_id)
        .bind(outcome.detail.as_slice())
        .into_query()?
        .fetch_all(connection)
        .await
        .map_err(Failure::from);
    match rows {
        Ok(rows) if rows.is_empty() => Ok(Recording::Raced),
        Ok(_) => Ok(Recording::Recorded),
        Err(failure) if failure.kind == FailureKind::LockTimeout => Ok(Recording::InProgress),
        Err(failure) => Err(failure.into()),
    }
}

fn earlier_request(row: &PgRow, claim: &IdempotencyClaim) -> Result<EarlierRequest, Failure> {
    let fingerprint: &[u8] = column(row, "fingerprint")?;
    Ok(if fingerprint == claim.fingerprint {
        EarlierRequest::Same(recorded_outcome(row)?)
    } else {
        EarlierRequest::Other
    })
}

/// The outcome in a row of `idempotency_records`.
pub(crate) fn recorded_outcome(row: &PgRow) -> Result<RecordedOutcome, Failure> {
    Ok(RecordedOutcome {
        code: column(row, "outcome")?,
        resource_id: column(row, "resource_id")?,
        detail: column(row, "detail")?,
    })
}

/// The hash by which a record is found: of the operation and the hash of the caller's key, so that
/// operations share no keys and no name of an operation is stored with each record.
pub(crate) fn record_key(claim: &IdempotencyClaim) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(claim.operation);
    hash.update([0]);
    hash.update(claim.key_hash);
    hash.finalize().into()
}
