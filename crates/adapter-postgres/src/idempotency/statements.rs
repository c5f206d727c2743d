//! Statements on the records of repeatable requests, and what their rows say.

use customers_domain::TenantId;
use customers_ports::{EarlierRequest, IdempotencyClaim, RecordedOutcome};
use sha2::{Digest as _, Sha256};
use sqlx::postgres::PgRow;

use crate::column::column;
use crate::failure::{Failure, FailureKind};
use crate::sql;
use crate::statement::Statement;

/// Whether an outcome was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recording {
    /// The record is part of the transaction.
    Recorded,
    /// Another request with the same key was recorded since. Roll back, and begin again with
    /// [`find_earlier_request`](crate::find_earlier_request).
    Raced,
    /// Another request with the same key is still running and has been waited for in vain. Roll back,
    /// and answer that the request is in progress.
    InProgress,
}

/// Finds the record of a claim.
pub(crate) fn find(tenant: TenantId, claim: &IdempotencyClaim) -> Statement {
    Statement::new(sql::FIND_RECORD)
        .bind(tenant.as_uuid())
        .bind(record_key(claim).as_slice())
}

/// Reads the rows of [`FIND_RECORD`](crate::sql::FIND_RECORD).
pub(crate) fn earlier_in(
    rows: &[PgRow],
    claim: &IdempotencyClaim,
) -> Result<Option<EarlierRequest>, Failure> {
    let earlier = rows.first().map(|row| earlier_request(row, claim));
    earlier.transpose()
}

/// Stores the record of a claim.
pub(crate) fn record(
    tenant: TenantId,
    claim: &IdempotencyClaim,
    outcome: &RecordedOutcome,
) -> Statement {
    Statement::new(sql::STORE_RECORD)
        .bind(tenant.as_uuid())
        .bind(record_key(claim).as_slice())
        .bind(claim.fingerprint.as_slice())
        .bind(outcome.code)
        .bind(outcome.resource_id)
        .bind(outcome.detail.as_slice())
}

/// Reads the result of [`STORE_RECORD`](crate::sql::STORE_RECORD).
pub(crate) fn recording(rows: Result<Vec<PgRow>, Failure>) -> Result<Recording, Failure> {
    match rows {
        Ok(rows) if rows.is_empty() => Ok(Recording::Raced),
        Ok(_) => Ok(Recording::Recorded),
        Err(failure) if failure.kind == FailureKind::LockTimeout => Ok(Recording::InProgress),
        Err(failure) => Err(failure),
    }
}

fn earlier_request(row: &PgRow, claim: &IdempotencyClaim) -> Result<EarlierRequest, Failure> {
    let fingerprint: &[u8] = column(row, "fingerprint")?;
    Ok(if fingerprint == claim.fingerprint {
        EarlierRequest::Same(recorded_outcome(row)?)
    } else {
        EarlierRequest::Other
    })
}

/// The outcome in a row of `idempotency_records`.
pub(crate) fn recorded_outcome(row: &PgRow) -> Result<RecordedOutcome, Failure> {
    Ok(RecordedOutcome {
        code: column(row, "outcome")?,
        resource_id: column(row, "resource_id")?,
        detail: column(row, "detail")?,
    })
}

/// Returns the key of a record: a hash of the operation and of the hash of the client's key. Operations thus share no
/// keys, and no record repeats the name of its operation.
pub(crate) fn record_key(claim: &IdempotencyClaim) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(claim.operation);
    hash.update([0]);
    hash.update(claim.key_hash);
    hash.finalize().into()
}
