use customers_domain::{CustomerDecision, DecisionId, TenantId};
use customers_ports::DecisionOutcome;
use sqlx::postgres::PgRow;

use crate::column::column;
use crate::connection::Connection;
use crate::customers::binding::{bind_change, stored_version};
use crate::customers::erase::remains;
use crate::customers::seals::ChangeSeals;
use crate::database::Work;
use crate::failure::Failure;
use crate::sql;
use crate::statement::Statement;

/// Stores one decision, in the same two steps as [`StoreEdit`](super::update::StoreEdit).
pub(super) struct StoreDecision {
    pub(super) tenant: TenantId,
    pub(super) decision: CustomerDecision,
    /// `None` where the customer did not have the version before, so that nothing can be stored.
    pub(super) seals: Option<ChangeSeals>,
}

impl Work for StoreDecision {
    type Output = DecisionOutcome;
    const WRITES: bool = true;

    async fn attempt(&self, connection: &mut Connection) -> Result<DecisionOutcome, Failure> {
        if let Some(seals) = &self.seals
            && !connection.fetch(self.store(seals)?).await?.is_empty()
        {
            return Ok(DecisionOutcome::Decided);
        }
        let version = stored_version(self.decision.customer().version())?;
        let rows = connection.fetch(self.look_up(version)).await?;
        let why = rows.first().ok_or_else(Failure::raced)?;
        self.outcome(why, version)?.ok_or_else(Failure::raced)
    }
}

impl StoreDecision {
    fn store(&self, seals: &ChangeSeals) -> Result<Statement, Failure> {
        let (customer, change) = (self.decision.customer(), self.decision.change());
        let bind = |text| bind_change(Statement::new(text), self.tenant, customer, change, seals);
        match &seals.decision {
            None => bind(sql::UPDATE_CUSTOMER),
            Some(sealed) => Ok(bind(sql::UPDATE_AND_DECIDE)?.bind(sealed.as_slice())),
        }
    }

    fn look_up(&self, version: i32) -> Statement {
        let change = self.decision.change();
        Statement::new(sql::WHY_NOT_DECIDED)
            .bind(self.tenant.as_uuid())
            .bind(change.customer_id.as_uuid())
            .bind(version)
            .bind(change.id.as_uuid())
            .bind(change.decision_id.as_ref().map(DecisionId::as_str))
    }

    /// Reads a row of [`sql::WHY_NOT_DECIDED`]; `None` where nothing conflicts any more.
    fn outcome(&self, why: &PgRow, version: i32) -> Result<Option<DecisionOutcome>, Failure> {
        if column(why, "stored")? {
            return Ok(Some(DecisionOutcome::Decided));
        }
        if column(why, "decided")? {
            return Ok(Some(DecisionOutcome::DecisionTaken));
        }
        if let Some(erased) = remains(why, self.decision.customer().id())? {
            return Ok(Some(DecisionOutcome::Erased(erased)));
        }
        let moved_on = column::<Option<i32>>(why, "version")? != Some(version - 1);
        Ok(moved_on.then_some(DecisionOutcome::VersionConflict))
    }
}
