use customers_domain::{CustomerId, DecisionId, ExternalId, TenantId};
use customers_ports::{Conflict, UniqueField, Update, UpdateOutcome};
use sqlx::postgres::PgRow;
use sqlx::types::Uuid;

use crate::connection::Connection;
use crate::customers::binding::{bind_change, bind_customer, stored_version};
use crate::database::Work;
use crate::failure::Failure;
use crate::rows::column;
use crate::sql;
use crate::statement::Statement;

/// One change: a statement that stores everything where nothing stands in the way, and where
/// something does, another that says what. A race that is lost between the two is run again.
///
/// It bears repetition because the change's id stays the same: where an earlier attempt was committed
/// after all, the version turns out to be made by this very change.
pub(super) struct Change {
    tenant: TenantId,
    update: Update,
    /// The version that the change makes, as the database counts.
    version: i32,
}

impl Work for Change {
    type Output = UpdateOutcome;
    const WRITES: bool = true;

    async fn attempt(&self, connection: &mut Connection) -> Result<UpdateOutcome, Failure> {
        if !connection.fetch(self.store()).await?.is_empty() {
            return Ok(UpdateOutcome::Updated);
        }
        let rows = connection.fetch(self.look_up()).await?;
        let why = rows.first().ok_or_else(Failure::raced)?;
        self.outcome(why)?.ok_or_else(Failure::raced)
    }
}

impl Change {
    pub(super) fn new(tenant: TenantId, update: Update) -> Result<Self, Failure> {
        Ok(Self {
            version: stored_version(update.customer.version())?,
            tenant,
            update,
        })
    }

    fn store(&self) -> Statement {
        let change = &self.update.change;
        let touches_unique = ["/email", "/external_id"]
            .iter()
            .any(|path| change.changed_fields.contains(path));
        let text = if touches_unique {
            sql::REPLACE_CUSTOMER
        } else if change.decision_id.is_some() {
            sql::UPDATE_AND_DECIDE
        } else {
            sql::UPDATE_CUSTOMER
        };
        let statement = Statement::new(text).bind(self.tenant.as_uuid());
        let statement = bind_customer(statement, self.update.customer.state(), self.version);
        bind_change(statement, change)
    }

    fn look_up(&self) -> Statement {
        let Update { customer, change } = &self.update;
        let profile = customer.profile();
        Statement::new(sql::WHY_UNCHANGED)
            .bind(self.tenant.as_uuid())
            .bind(customer.id().as_uuid())
            .bind(self.version)
            .bind(change.id.as_uuid())
            .bind(change.decision_id.as_ref().map(DecisionId::as_str))
            .bind(profile.email.key().expose())
            .bind(profile.external_id.as_ref().map(ExternalId::expose))
    }

    /// Reads a row of [`sql::WHY_UNCHANGED`]; nothing where nothing stands in the way any more.
    fn outcome(&self, why: &PgRow) -> Result<Option<UpdateOutcome>, Failure> {
        if column(why, "stored")? {
            return Ok(Some(UpdateOutcome::Updated));
        }
        if column(why, "decided")? {
            return Ok(Some(UpdateOutcome::DecisionTaken));
        }
        if column::<Option<i32>>(why, "version")? != Some(self.version - 1) {
            return Ok(Some(UpdateOutcome::VersionConflict));
        }
        for (name, field) in [
            ("email_holder", UniqueField::Email),
            ("external_id_holder", UniqueField::ExternalId),
        ] {
            if let Some(holder) = column::<Option<Uuid>>(why, name)? {
                let holder = CustomerId::from_uuid(holder);
                return Ok(Some(UpdateOutcome::Taken(Conflict { field, holder })));
            }
        }
        Ok(None)
    }
}
