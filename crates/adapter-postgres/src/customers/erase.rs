use customers_domain::{CustomerErasure, CustomerId, DecisionId, ErasedCustomer, TenantId};
use customers_ports::ErasureOutcome;
use sqlx::postgres::PgRow;

use crate::codes;
use crate::column::column;
use crate::connection::Connection;
use crate::customers::binding::stored_version;
use crate::database::Work;
use crate::failure::Failure;
use crate::rows::version;
use crate::sql;
use crate::statement::Statement;

/// Stores one erasure, in the same two steps as [`StoreDecision`](super::decide::StoreDecision).
pub(super) struct StoreErasure {
    pub(super) tenant: TenantId,
    pub(super) erasure: CustomerErasure,
}

impl Work for StoreErasure {
    type Output = ErasureOutcome;
    const WRITES: bool = true;

    async fn attempt(&self, connection: &mut Connection) -> Result<ErasureOutcome, Failure> {
        let version = stored_version(self.erasure.erased().version)?;
        if !connection.fetch(self.store(version)).await?.is_empty() {
            return Ok(ErasureOutcome::Erased);
        }
        let rows = connection.fetch(self.look_up(version)).await?;
        let why = rows.first().ok_or_else(Failure::raced)?;
        self.outcome(why, version)?.ok_or_else(Failure::raced)
    }
}

impl StoreErasure {
    fn store(&self, version: i32) -> Statement {
        let (erased, change) = (self.erasure.erased(), self.erasure.change());
        let text = if change.decision_id.is_some() {
            sql::ERASE_AND_DECIDE
        } else {
            sql::ERASE_CUSTOMER
        };
        Statement::new(text)
            .bind(self.tenant.as_uuid())
            .bind(erased.id.as_uuid())
            .bind(version)
            .bind(erased.erased_at)
            .bind(change.id.as_uuid())
            .bind(codes::of_action(change.action))
            .bind(codes::of_status(change.to))
            .bind(change.actor.as_str())
            .bind(change.decision_id.as_ref().map(DecisionId::as_str))
    }

    fn look_up(&self, version: i32) -> Statement {
        let change = self.erasure.change();
        Statement::new(sql::WHY_NOT_DECIDED)
            .bind(self.tenant.as_uuid())
            .bind(change.customer_id.as_uuid())
            .bind(version)
            .bind(change.id.as_uuid())
            .bind(change.decision_id.as_ref().map(DecisionId::as_str))
    }

    /// Reads a row of [`sql::WHY_NOT_DECIDED`]. Returns `None` if nothing conflicts any more.
    fn outcome(&self, why: &PgRow, version: i32) -> Result<Option<ErasureOutcome>, Failure> {
        if column(why, "stored")? {
            return Ok(Some(ErasureOutcome::Erased));
        }
        if column(why, "decided")? {
            return Ok(Some(ErasureOutcome::DecisionTaken));
        }
        if let Some(earlier) = remains(why, self.erasure.erased().id)? {
            return Ok(Some(ErasureOutcome::AlreadyErased(earlier)));
        }
        let moved_on = column::<Option<i32>>(why, "version")? != Some(version - 1);
        Ok(moved_on.then_some(ErasureOutcome::VersionConflict))
    }
}

/// Builds a statement of [`FIND_ERASED`](sql::FIND_ERASED).
pub(super) fn find(tenant: TenantId, id: CustomerId) -> Statement {
    Statement::new(sql::FIND_ERASED)
        .bind(tenant.as_uuid())
        .bind(id.as_uuid())
}

/// Reads what remains of a customer from a row with `erased_version` and `erased_at`. Returns `None` if they are null.
pub(super) fn remains(row: &PgRow, id: CustomerId) -> Result<Option<ErasedCustomer>, Failure> {
    let Some(number) = column(row, "erased_version")? else {
        return Ok(None);
    };
    Ok(Some(ErasedCustomer {
        id,
        version: version(number)?,
        erased_at: column(row, "erased_at")?,
    }))
}
