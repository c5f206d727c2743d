use customers_domain::{CustomerId, DecisionId};
use customers_ports::RecordedDecision;
use sqlx::postgres::PgRow;

use crate::column::{column, unreadable};
use crate::customers::erase::remains;
use crate::failure::Failure;
use crate::rows::open;
use crate::sealing::form::{self, DecisionForm};
use crate::sealing::{KeyRing, Place, Slot};

/// A row of [`FIND_DECISION`](crate::sql::FIND_DECISION) whose customer was erased; `None` if it was not.
pub(super) fn of_erased(row: &PgRow) -> Result<Option<RecordedDecision>, Failure> {
    let customer = CustomerId::from_uuid(column(row, "id")?);
    let Some(erased) = remains(row, customer)? else {
        return Ok(None);
    };
    let sealed: Option<&[u8]> = column(row, "sealed")?;
    Ok(Some(match sealed {
        None => RecordedDecision::Erasure(erased),
        Some(_) => RecordedDecision::OfErased(erased),
    }))
}

/// A row of [`FIND_DECISION`](crate::sql::FIND_DECISION) whose customer exists.
pub(super) fn decision(
    row: &PgRow,
    id: &DecisionId,
    ring: &KeyRing,
) -> Result<RecordedDecision, Failure> {
    let customer = CustomerId::from_uuid(column(row, "id")?);
    let place = Place {
        tenant: ring.tenant(),
        customer,
        slot: Slot::Decision(id),
    };
    let opened = open(row, "sealed", place, ring)?;
    let form: DecisionForm<'_> = form::read(&opened)?;
    form.into_decision(customer)
        .map(RecordedDecision::Made)
        .ok_or_else(|| unreadable("sealed"))
}
