//! Values of columns, with failures that name the column and nothing of what it holds.

use sqlx::postgres::PgRow;
use sqlx::{Decode, Postgres, Row as _, Type};

use crate::failure::{Failure, FailureKind};

/// Returns the value of a column.
///
/// # Errors
/// Returns an error with the name of the column if it is missing or has another type.
pub fn column<'r, T>(row: &'r PgRow, name: &str) -> Result<T, Failure>
where
    T: Decode<'r, Postgres> + Type<Postgres>,
{
    row.try_get(name).map_err(|_| unreadable(name))
}

/// Says which column, and nothing of what it holds.
pub(crate) fn unreadable(column: &str) -> Failure {
    let reason = format!("column {column} holds what it never should");
    Failure::new(FailureKind::Defect, reason)
}

/// A column whose text names one of a closed set.
pub(crate) fn named<T>(
    row: &PgRow,
    column_name: &str,
    from_name: impl FnOnce(&str) -> Option<T>,
) -> Result<T, Failure> {
    from_name(column(row, column_name)?).ok_or_else(|| unreadable(column_name))
}

/// A column whose number stands for one of a closed set.
pub(crate) fn coded<T>(
    row: &PgRow,
    column_name: &str,
    from_code: impl FnOnce(i16) -> Option<T>,
) -> Result<T, Failure> {
    from_code(column(row, column_name)?).ok_or_else(|| unreadable(column_name))
}
