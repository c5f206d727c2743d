use customers_domain::{CustomerEdit, CustomerId, ExternalId, TenantId};
use customers_ports::{Conflict, EditOutcome, UniqueField};
use sqlx::postgres::PgRow;
use sqlx::types::Uuid;

use crate::connection::Connection;
use crate::customers::binding::{bind_change, bind_customer, stored_version};
use crate::database::Work;
use crate::failure::Failure;
use crate::rows::column;
use crate::sql;
use crate::statement::Statement;

/// Stores one edit: a statement that stores everything where nothing conflicts, and where something
/// does, another that finds out what. A race that is lost between the two is run again.
///
/// It can be repeated because the change's id stays the same: where an earlier attempt was committed
/// after all, the version turns out to be made by this very change.
pub(super) struct StoreEdit {
    tenant: TenantId,
    edit: CustomerEdit,
    /// The version that the edit makes, as the database counts.
    version: i32,
}

impl Work for StoreEdit {
    type Output = EditOutcome;
    const WRITES: bool = true;

    async fn attempt(&self, connection: &mut Connection) -> Result<EditOutcome, Failure> {
        if !connection.fetch(self.store()).await?.is_empty() {
            return Ok(EditOutcome::Updated);
        }
        let rows = connection.fetch(self.look_up()).await?;
        let why = rows.first().ok_or_else(Failure::raced)?;
        self.outcome(why)?.ok_or_else(Failure::raced)
    }
}

impl StoreEdit {
    pub(super) fn new(tenant: TenantId, edit: CustomerEdit) -> Result<Self, Failure> {
        Ok(Self {
            version: stored_version(edit.customer().version())?,
            tenant,
            edit,
        })
    }

    fn store(&self) -> Statement {
        let change = self.edit.change();
        let mut fields = change.changed_fields.iter();
        let text = if fields.any(|field| field.is_unique()) {
            sql::REPLACE_CUSTOMER
        } else {
            sql::UPDATE_CUSTOMER
        };
        let statement = Statement::new(text).bind(self.tenant.as_uuid());
        let statement = bind_customer(statement, self.edit.customer().state(), self.version);
        bind_change(statement, change)
    }

    fn look_up(&self) -> Statement {
        let customer = self.edit.customer();
        let profile = customer.profile();
        Statement::new(sql::WHY_NOT_EDITED)
            .bind(self.tenant.as_uuid())
            .bind(customer.id().as_uuid())
            .bind(self.version)
            .bind(self.edit.change().id.as_uuid())
            .bind(profile.email.key().expose())
            .bind(profile.external_id.as_ref().map(ExternalId::expose))
    }

    /// Reads a row of [`sql::WHY_NOT_EDITED`]; `None` where nothing conflicts any more.
    fn outcome(&self, why: &PgRow) -> Result<Option<EditOutcome>, Failure> {
        if column(why, "stored")? {
            return Ok(Some(EditOutcome::Updated));
        }
        if column::<Option<i32>>(why, "version")? != Some(self.version - 1) {
            return Ok(Some(EditOutcome::VersionConflict));
        }
        for (name, field) in [
            ("email_holder", UniqueField::Email),
            ("external_id_holder", UniqueField::ExternalId),
        ] {
            if let Some(holder) = column::<Option<Uuid>>(why, name)? {
                let holder = CustomerId::from_uuid(holder);
                return Ok(Some(EditOutcome::Taken(Conflict { field, holder })));
            }
        }
        Ok(None)
    }
}
