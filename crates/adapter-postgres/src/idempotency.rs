mod mark;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use customers_ports::{IdempotencyRecords, StoreError};
use sqlx::postgres::PgRow;
use tokio::time::Instant;

use crate::database::Database;
use crate::failure::Failure;
use crate::idempotency::mark::Mark;
use crate::rows::{column, unreadable};
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
