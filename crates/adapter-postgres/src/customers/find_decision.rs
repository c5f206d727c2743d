use customers_domain::Verb;
use customers_ports::RecordedDecision;
use sqlx::postgres::PgRow;

use crate::failure::Failure;
use crate::rows::{customer, named};

/// A row of [`FIND_DECISION`](crate::sql::FIND_DECISION).
pub(super) fn decision(row: &PgRow) -> Result<RecordedDecision, Failure> {
    let customer = customer(row)?;
    Ok(RecordedDecision {
        verb: named(row, "verb", Verb::from_name)?,
        reason: customer.state().status_reason.clone(),
        customer,
    })
}
