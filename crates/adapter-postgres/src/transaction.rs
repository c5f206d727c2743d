//! Transactions of modules: several statements on one connection, committed together.

use customers_domain::TenantId;
use customers_ports::{EarlierRequest, IdempotencyClaim, RecordedOutcome};
use sqlx::PgConnection;
use sqlx::postgres::PgRow;

use crate::failure::Failure;
use crate::idempotency::statements::{self, Recording};
use crate::statement::Statement;

/// What a module reads and writes in one transaction. [`Database::transaction`](crate::Database::transaction) runs it.
///
/// `run` may be called several times: after a lost race, and after a lost connection even if the first attempt was
/// committed. It MUST therefore lead to the same rows again. Choose ids before the transaction, insert with
/// `ON CONFLICT DO NOTHING`, or record the outcome under an idempotency key.
pub trait UnitOfWork: Send + Sync + 'static {
    /// The result.
    type Output: Send + 'static;

    /// Whether the unit writes. One that only reads uses the connections that are kept for reads.
    const WRITES: bool = true;
    /// Whether the unit is run again on another connection when its connection turns out to be lost.
    const IS_REPEATED: bool = true;

    /// Runs the statements. Everything is rolled back if it returns an error.
    ///
    /// # Errors
    /// Returns the error of a statement, or [`Failure::raced`] to begin again.
    fn run(
        &self,
        transaction: &mut Transaction<'_>,
    ) -> impl Future<Output = Result<Ending<Self::Output>, Failure>> + Send;
}

/// How a transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending<T> {
    /// Keeps the writes and returns the result.
    Commit(T),
    /// Discards the writes and returns the result.
    Rollback(T),
}

/// A transaction that is open, with isolation level READ COMMITTED. It ends when [`UnitOfWork::run`] returns.
///
/// Stores that write rows together with those of a module take it as an argument.
pub struct Transaction<'c> {
    connection: &'c mut PgConnection,
    /// Whether the session belongs to this program, so that prepared statements stay.
    owns_session: bool,
}

impl<'c> Transaction<'c> {
    pub(crate) const fn new(connection: &'c mut PgConnection, owns_session: bool) -> Self {
        Self {
            connection,
            owns_session,
        }
    }

    /// Runs a statement and returns its rows.
    ///
    /// # Errors
    /// Returns an error if the statement fails. The transaction can then only be rolled back.
    pub async fn fetch(&mut self, statement: Statement) -> Result<Vec<PgRow>, Failure> {
        let query = statement.into_query()?.persistent(self.owns_session);
        Ok(query.fetch_all(&mut *self.connection).await?)
    }

    /// Returns the earlier request that used the idempotency key of a claim, if there is one.
    ///
    /// # Errors
    /// Returns an error if the statement fails.
    pub async fn find_earlier_request(
        &mut self,
        tenant: TenantId,
        claim: &IdempotencyClaim,
    ) -> Result<Option<EarlierRequest>, Failure> {
        let statement = statements::find(tenant, claim);
        statements::earlier_in(&self.fetch(statement).await?, claim)
    }

    /// Records the first outcome of a claim. Waits for another transaction that records the same claim, for at most
    /// the lock timeout.
    ///
    /// # Errors
    /// Returns an error if the statement fails, or if another request with this key was recorded since: the unit of
    /// work then begins again and finds that request.
    pub async fn record_outcome(
        &mut self,
        tenant: TenantId,
        claim: &IdempotencyClaim,
        outcome: &RecordedOutcome,
    ) -> Result<OutcomeRecord, Failure> {
        let statement = statements::record(tenant, claim, outcome);
        match statements::recording(self.fetch(statement).await)? {
            Recording::Recorded => Ok(OutcomeRecord::Stored),
            Recording::InProgress => Ok(OutcomeRecord::KeyInProgress),
            Recording::Raced => Err(Failure::raced()),
        }
    }
}

/// The result of [`Transaction::record_outcome`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum OutcomeRecord {
    /// The record is part of the transaction.
    Stored,
    /// A request with the same key is still running. The transaction can only be rolled back.
    KeyInProgress,
}
