use customers_domain::Sequence;
use sqlx::postgres::PgRow;

use crate::column::{column, unreadable};
use crate::failure::Failure;

/// Reads a position.
pub(super) fn sequence(row: &PgRow, name: &str) -> Result<Sequence, Failure> {
    let number = u64::try_from(column::<i64>(row, name)?).ok();
    number
        .and_then(Sequence::from_number)
        .ok_or_else(|| unreadable(name))
}

/// The number of a position as it is stored.
pub(super) fn stored(sequence: Sequence) -> i64 {
    i64::try_from(sequence.number()).unwrap_or(i64::MAX)
}
