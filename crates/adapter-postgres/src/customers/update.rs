use customers_domain::{ChangedField, CustomerEdit, CustomerId, TenantId};
use customers_ports::{Conflict, EditOutcome, UniqueField};
use sqlx::postgres::PgRow;
use sqlx::types::Uuid;

use crate::column::column;
use crate::connection::Connection;
use crate::customers::binding::{bind_change, external_id, stored_version};
use crate::customers::erase::remains;
use crate::customers::seals::ChangeSeals;
use crate::database::Work;
use crate::failure::Failure;
use crate::sealing::Digest;
use crate::sql;
use crate::statement::Statement;

/// Stores an edit: one statement that stores everything if there is no conflict, and otherwise another one that looks
/// up the conflict. If both lose a race, they run again.
///
/// It can be repeated because the id of the change stays the same: if an earlier attempt was committed, the version was
/// created by this very change.
pub(super) struct StoreEdit {
    pub(super) tenant: TenantId,
    pub(super) edit: CustomerEdit,
    pub(super) email_digest: Digest,
    /// `None` if the customer does not have the previous version, so that nothing can be stored.
    pub(super) seals: Option<ChangeSeals>,
}

impl Work for StoreEdit {
    type Output = EditOutcome;
    const WRITES: bool = true;

    async fn attempt(&self, connection: &mut Connection) -> Result<EditOutcome, Failure> {
        if let Some(seals) = &self.seals
            && !connection.fetch(self.store(seals)?).await?.is_empty()
        {
            return Ok(EditOutcome::Updated);
        }
        let version = stored_version(self.edit.customer().version())?;
        let rows = connection.fetch(self.look_up(version)).await?;
        let why = rows.first().ok_or_else(Failure::raced)?;
        let id = self.edit.customer().id();
        outcome(why, id, version)?.ok_or_else(Failure::raced)
    }
}

impl StoreEdit {
    fn store(&self, seals: &ChangeSeals) -> Result<Statement, Failure> {
        let change = self.edit.change();
        let touches_unique = change
            .changed_fields
            .iter()
            .any(|changed| matches!(changed, ChangedField::Known(field) if field.is_unique()));
        let text = if touches_unique {
            sql::REPLACE_CUSTOMER
        } else {
            sql::UPDATE_CUSTOMER
        };
        let statement = Statement::new(text);
        bind_change(statement, self.tenant, self.edit.customer(), change, seals)
    }

    fn look_up(&self, version: i32) -> Statement {
        let customer = self.edit.customer();
        Statement::new(sql::WHY_NOT_EDITED)
            .bind(self.tenant.as_uuid())
            .bind(customer.id().as_uuid())
            .bind(version)
            .bind(self.edit.change().id.as_uuid())
            .bind(self.email_digest)
            .bind(external_id(customer.state()))
    }
}

/// Converts a row of [`sql::WHY_NOT_EDITED`]. Returns `None` if the conflict has disappeared.
fn outcome(why: &PgRow, id: CustomerId, version: i32) -> Result<Option<EditOutcome>, Failure> {
    if column(why, "stored")? {
        return Ok(Some(EditOutcome::Updated));
    }
    if let Some(erased) = remains(why, id)? {
        return Ok(Some(EditOutcome::Erased(erased)));
    }
    if column::<Option<i32>>(why, "version")? != Some(version - 1) {
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
