use customers_domain::{Customer, CustomerId};
use customers_ports::{Conflict, FirstAnswer, UniqueField};
use sqlx::postgres::PgRow;

use crate::column::{coded, column};
use crate::customers::binding::external_id;
use crate::failure::Failure;
use crate::sealing::KeyRing;
use crate::sql;
use crate::statement::Statement;

pub(super) fn statement(wanted: &Customer, ring: &KeyRing) -> Statement {
    Statement::new(sql::FIND_OTHER_HOLDER)
        .bind(ring.tenant().as_uuid())
        .bind(wanted.id().as_uuid())
        .bind(ring.email_digest(&wanted.profile().email))
        .bind(external_id(wanted.state()))
}

/// A row of [`FIND_OTHER_HOLDER`](sql::FIND_OTHER_HOLDER).
pub(super) fn conflict(row: &PgRow) -> Result<Conflict, Failure> {
    Ok(Conflict {
        field: taken_field(row)?,
        holder: CustomerId::from_uuid(column(row, "resource_id")?),
    })
}

/// The field that the `outcome` of a row says is taken.
pub(super) fn taken_field(row: &PgRow) -> Result<UniqueField, Failure> {
    coded(row, "outcome", |code| match code {
        FirstAnswer::EMAIL_TAKEN => Some(UniqueField::Email),
        FirstAnswer::EXTERNAL_ID_TAKEN => Some(UniqueField::ExternalId),
        _ => None,
    })
}
