use customers_domain::{CustomerDecision, DecisionId, TenantId};
use customers_ports::DecisionOutcome;
use sqlx::postgres::PgRow;

use crate::connection::Connection;
use crate::customers::binding::{bind_change, bind_customer, stored_version};
use crate::database::Work;
use crate::failure::Failure;
use crate::rows::column;
use crate::sql;
use crate::statement::Statement;

/// Stores one decision, in the same two steps as [`StoreEdit`](super::update::StoreEdit).
pub(super) struct StoreDecision {
    tenant: TenantId,
    decision: CustomerDecision,
    /// The version that the decision makes, as the database counts.
    version: i32,
}

impl Work for StoreDecision {
    type Output = DecisionOutcome;
    const WRITES: bool = true;

    async fn attempt(&self, connection: &mut Connection) -> Result<DecisionOutcome, Failure> {
        if !connection.fetch(self.store()).await?.is_empty() {
            return Ok(DecisionOutcome::Decided);
        }
        let rows = connection.fetch(self.look_up()).await?;
        let why = rows.first().ok_or_else(Failure::raced)?;
        self.outcome(why)?.ok_or_else(Failure::raced)
    }
}

impl StoreDecision {
    pub(super) fn new(tenant: TenantId, decision: CustomerDecision) -> Result<Self, Failure> {
        Ok(Self {
            version: stored_version(decision.customer().version())?,
            tenant,
            decision,
        })
    }

    fn store(&self) -> Statement {
        let change = self.decision.change();
        let text = if change.decision_id.is_some() {
            sql::UPDATE_AND_DECIDE
        } else {
            sql::UPDATE_CUSTOMER
        };
        let statement = Statement::new(text).bind(self.tenant.as_uuid());
        let statement = bind_customer(statement, self.decision.customer().state(), self.version);
        bind_change(statement, change)
    }

    fn look_up(&self) -> Statement {
        let change = self.decision.change();
        Statement::new(sql::WHY_NOT_DECIDED)
            .bind(self.tenant.as_uuid())
            .bind(change.customer_id.as_uuid())
            .bind(self.version)
            .bind(change.id.as_uuid())
            .bind(change.decision_id.as_ref().map(DecisionId::as_str))
    }

    /// Reads a row of [`sql::WHY_NOT_DECIDED`]; `None` where nothing conflicts any more.
    fn outcome(&self, why: &PgRow) -> Result<Option<DecisionOutcome>, Failure> {
        if column(why, "stored")? {
            return Ok(Some(DecisionOutcome::Decided));
        }
        if column(why, "decided")? {
            return Ok(Some(DecisionOutcome::DecisionTaken));
        }
        let version: Option<i32> = column(why, "version")?;
        let moved_on = version != Some(self.version - 1);
        Ok(moved_on.then_some(DecisionOutcome::VersionConflict))
    }
}
