use customers_domain::{Customer, CustomerId, ExternalId, TenantId};
use customers_ports::{Conflict, UniqueField};
use sqlx::postgres::PgRow;

use crate::failure::Failure;
use crate::rows::{column, named};
use crate::sql;
use crate::statement::Statement;

pub(super) fn statement(tenant: TenantId, wanted: &Customer) -> Statement {
    let profile = wanted.profile();
    Statement::new(sql::FIND_OTHER_HOLDER)
        .bind(tenant.as_uuid())
        .bind(wanted.id().as_uuid())
        .bind(profile.email.key().expose())
        .bind(profile.external_id.as_ref().map(ExternalId::expose))
}

/// A row of [`FIND_OTHER_HOLDER`](sql::FIND_OTHER_HOLDER).
pub(super) fn conflict(row: &PgRow) -> Result<Conflict, Failure> {
    Ok(Conflict {
        field: named(row, "outcome", taken_field)?,
        holder: CustomerId::from_uuid(column(row, "customer_id")?),
    })
}

/// The field that an outcome in the database tells of.
pub(super) fn taken_field(outcome: &str) -> Option<UniqueField> {
    match outcome {
        "email_taken" => Some(UniqueField::Email),
        "external_id_taken" => Some(UniqueField::ExternalId),
        _ => None,
    }
}
