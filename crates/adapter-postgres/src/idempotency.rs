use async_trait::async_trait;
use chrono::TimeDelta;
use customers_ports::{IdempotencyRecords, StoreError};

use crate::database::Database;
use crate::rows::{column, unreadable};
use crate::sql;
use crate::statement::Statement;

/// The upkeep of the records of repeatable requests in Postgres.
#[derive(Debug, Clone)]
pub struct PgIdempotencyRecords {
    database: Database,
}

impl PgIdempotencyRecords {
    /// Keeps the records of that database.
    pub const fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl IdempotencyRecords for PgIdempotencyRecords {
    async fn sweep(&self, age: TimeDelta, at_most: u32) -> Result<u32, StoreError> {
        // An age beyond what can be counted is one that no record has.
        let age = age.num_microseconds().unwrap_or(i64::MAX);
        let statement = Statement::new(sql::SWEEP_RECORDS)
            .bind(age)
            .bind(i64::from(at_most));
        let rows = self.database.fetch(statement).await?;
        let row = rows.first().ok_or_else(|| unreadable("swept"))?;
        let swept: i64 = column(row, "swept")?;
        Ok(u32::try_from(swept).map_err(|_| unreadable("swept"))?)
    }
}
