mod append;
mod number;
mod page;
mod position;

use async_trait::async_trait;
use customers_domain::{Sequence, TenantId};
use customers_ports::{
    EventFeed, EventPage, EventQuery, EventSequencer, Numbering, StoreError, WaitingEvents,
};
use sqlx::postgres::PgRow;
use tracing::instrument;

use crate::column::{column, unreadable};
use crate::database::Database;
use crate::events::position::sequence;
use crate::failure::Failure;
use crate::sql;
use crate::statement::Statement;

pub use append::append_event;

/// The event feed in Postgres.
#[derive(Debug, Clone)]
pub struct PgEventFeed {
    database: Database,
}

impl PgEventFeed {
    /// Creates the feed of a database.
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// Moves the heads of all tenants on, and returns the number of tenants. This leaves a gap in each feed, which is
    /// wanted after an older state was restored: consumers may have seen the positions in the gap.
    ///
    /// The statement is not repeated. After an error, the heads may have moved.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub async fn advance(&self, by: Sequence) -> Result<usize, StoreError> {
        let rows = self
            .database
            .call_to_the_end(number::AdvanceAll(by))
            .await?;
        Ok(rows)
    }
}

#[async_trait]
impl EventFeed for PgEventFeed {
    #[instrument(
        name = "postgres.read_events",
        skip_all,
        fields(otel.kind = "client", db.system.name = "postgresql")
    )]
    async fn read(&self, tenant: TenantId, query: EventQuery) -> Result<EventPage, StoreError> {
        let rows = self.database.fetch(page::statement(tenant, query)).await?;
        Ok(page::page(&rows, query)?)
    }

    async fn heads(&self, tenants: &[TenantId]) -> Result<Vec<(TenantId, Sequence)>, StoreError> {
        let tenants: Vec<_> = tenants.iter().map(|tenant| tenant.as_uuid()).collect();
        let statement = Statement::new(sql::LIST_HEADS).bind(tenants);
        let rows = self.database.fetch(statement).await?;
        let heads: Result<_, Failure> = rows
            .iter()
            .map(|row| Ok((tenant(row)?, sequence(row, "sequence")?)))
            .collect();
        Ok(heads?)
    }
}

#[async_trait]
impl EventSequencer for PgEventFeed {
    async fn number(&self, tenant: TenantId, at_most: u32) -> Result<Numbering, StoreError> {
        let unit = number::NumberWaiting { tenant, at_most };
        self.database.transaction(unit).await
    }

    async fn waiting(&self) -> Result<Vec<WaitingEvents>, StoreError> {
        let rows = self
            .database
            .fetch(Statement::new(sql::LIST_WAITING))
            .await?;
        let waiting: Result<_, Failure> = rows.iter().map(waiting).collect();
        Ok(waiting?)
    }
}

fn waiting(row: &PgRow) -> Result<WaitingEvents, Failure> {
    let count = column::<i64>(row, "waiting")?;
    Ok(WaitingEvents {
        tenant: tenant(row)?,
        count: u64::try_from(count).map_err(|_| unreadable("waiting"))?,
        oldest: column(row, "oldest")?,
    })
}

fn tenant(row: &PgRow) -> Result<TenantId, Failure> {
    column(row, "tenant_id").map(TenantId::from_uuid)
}
