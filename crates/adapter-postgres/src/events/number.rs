use chrono::{DateTime, Utc};
use customers_domain::{Sequence, TenantId};
use customers_ports::{Numbered, Numbering};
use sqlx::postgres::PgRow;
use uuid::Uuid;

use crate::column::column;
use crate::connection::Connection;
use crate::database::Work;
use crate::events::position::{sequence, stored};
use crate::failure::Failure;
use crate::sql;
use crate::statement::Statement;
use crate::transaction::{Ending, Transaction, UnitOfWork};

/// Numbers the oldest waiting events of a tenant. A repetition numbers what waits then, so it can be run again.
pub(super) struct NumberWaiting {
    pub(super) tenant: TenantId,
    pub(super) at_most: u32,
}

/// A waiting event. The order of the fields is the order in which events are numbered.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Waiting {
    at: DateTime<Utc>,
    subject: Uuid,
    version: i32,
}

impl UnitOfWork for NumberWaiting {
    type Output = Numbering;

    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<Ending<Numbering>, Failure> {
        let Some(head) = self.lock(transaction).await? else {
            return Ok(Ending::Rollback(Numbering::Busy));
        };
        let taken = self.take(transaction).await?;
        let count = u64::try_from(taken.len()).unwrap_or(u64::MAX);
        let times = taken.iter().map(|waiting| waiting.at).collect();
        if count > 0 {
            self.store(transaction, head, taken).await?;
        }
        let head = head.advanced_by(count);
        Ok(Ending::Commit(Numbering::Done(Numbered { times, head })))
    }
}

impl NumberWaiting {
    /// Locks the head, which is created if it does not exist. `None` if another transaction holds it.
    async fn lock(&self, transaction: &mut Transaction<'_>) -> Result<Option<Sequence>, Failure> {
        let lock = || Statement::new(sql::LOCK_HEAD).bind(self.tenant.as_uuid());
        let mut rows = transaction.fetch(lock()).await?;
        if rows.is_empty() && !self.has_head(transaction).await? {
            let create = Statement::new(sql::CREATE_HEAD).bind(self.tenant.as_uuid());
            transaction.fetch(create).await?;
            rows = transaction.fetch(lock()).await?;
        }
        rows.first()
            .map(|row| sequence(row, "sequence"))
            .transpose()
    }

    async fn has_head(&self, transaction: &mut Transaction<'_>) -> Result<bool, Failure> {
        let find = Statement::new(sql::LIST_HEADS).bind(vec![self.tenant.as_uuid()]);
        Ok(!transaction.fetch(find).await?.is_empty())
    }

    async fn take(&self, transaction: &mut Transaction<'_>) -> Result<Vec<Waiting>, Failure> {
        let statement = Statement::new(sql::TAKE_WAITING)
            .bind(self.tenant.as_uuid())
            .bind(i64::from(self.at_most));
        let rows = transaction.fetch(statement).await?;
        let mut taken = rows.iter().map(waiting).collect::<Result<Vec<_>, _>>()?;
        taken.sort_unstable();
        Ok(taken)
    }

    async fn store(
        &self,
        transaction: &mut Transaction<'_>,
        head: Sequence,
        taken: Vec<Waiting>,
    ) -> Result<(), Failure> {
        let count = u64::try_from(taken.len()).unwrap_or(u64::MAX);
        let (subjects, versions): (Vec<Uuid>, Vec<i32>) = taken
            .into_iter()
            .map(|waiting| (waiting.subject, waiting.version))
            .unzip();
        let number = Statement::new(sql::NUMBER_EVENTS)
            .bind(self.tenant.as_uuid())
            .bind(stored(head))
            .bind(subjects)
            .bind(versions);
        transaction.fetch(number).await?;
        let advance = Statement::new(sql::ADVANCE_HEAD)
            .bind(self.tenant.as_uuid())
            .bind(stored(head.advanced_by(count)));
        transaction.fetch(advance).await?;
        Ok(())
    }
}

fn waiting(row: &PgRow) -> Result<Waiting, Failure> {
    Ok(Waiting {
        at: column(row, "at")?,
        subject: column(row, "subject_id")?,
        version: column(row, "version")?,
    })
}

/// Moves the heads of all tenants on.
pub(super) struct AdvanceAll(pub(super) Sequence);

impl Work for AdvanceAll {
    /// The number of tenants.
    type Output = usize;
    const WRITES: bool = true;
    /// A repetition would move the heads twice.
    const IS_REPEATED: bool = false;

    async fn attempt(&self, connection: &mut Connection) -> Result<usize, Failure> {
        let statement = Statement::new(sql::ADVANCE_ALL_HEADS).bind(stored(self.0));
        Ok(connection.fetch(statement).await?.len())
    }
}
