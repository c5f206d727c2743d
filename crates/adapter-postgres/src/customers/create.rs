use customers_domain::{CustomerId, ExternalId, TenantId};
use customers_ports::{
    Conflict, CreateOutcome, Creation, FirstAnswer, IdempotencyClaim, RecordedOutcome,
};
use sqlx::postgres::PgRow;

use crate::connection::Connection;
use crate::customers::binding::{bind_change, bind_customer};
use crate::customers::find_holder::taken_field;
use crate::database::Work;
use crate::failure::{Failure, FailureKind};
use crate::idempotency::statements::recorded_outcome;
use crate::rows::{column, named, unreadable};
use crate::sql;
use crate::statement::Statement;

/// One create: a statement that stores everything where nothing stands in the way, and where
/// something does, another that says what. A race that is lost between the two is run again.
///
/// It bears repetition because the customer's id stays the same: where an earlier attempt was
/// committed after all, what stands in the way turns out to be this very customer.
pub(super) struct Create {
    tenant: TenantId,
    creation: Creation,
    /// Set once it is known that something stood in the way.
    passed_over: bool,
}

impl Work for Create {
    type Output = CreateOutcome;
    const WRITES: bool = true;

    async fn attempt(&self, connection: &mut Connection) -> Result<CreateOutcome, Failure> {
        match self.store_or_answer(connection).await {
            Err(failure)
                if failure.kind == FailureKind::LockTimeout && self.creation.claim.is_some() =>
            {
                Ok(CreateOutcome::KeyInProgress)
            }
            outcome => outcome,
        }
    }
}

impl Create {
    pub(super) const fn new(tenant: TenantId, creation: Creation) -> Self {
        Self {
            tenant,
            creation,
            passed_over: false,
        }
    }

    /// Takes note that a statement passed it over, so that it first asks what stands in the way.
    pub(super) const fn was_passed_over(&mut self) {
        self.passed_over = true;
    }

    pub(super) const fn tenant(&self) -> TenantId {
        self.tenant
    }

    pub(super) const fn creation(&self) -> &Creation {
        &self.creation
    }

    async fn store_or_answer(&self, connection: &mut Connection) -> Result<CreateOutcome, Failure> {
        if self.passed_over
            && let Some(outcome) = self.answer(connection).await?
        {
            return Ok(outcome);
        }
        if !connection.fetch(self.store()).await?.is_empty() {
            return Ok(CreateOutcome::Created);
        }
        self.answer(connection).await?.ok_or_else(Failure::raced)
    }

    /// What stands in the way, unless it appeared just now or is gone again.
    async fn answer(&self, connection: &mut Connection) -> Result<Option<CreateOutcome>, Failure> {
        let Some(claim) = &self.creation.claim else {
            let holders = connection.fetch(self.look_up(sql::FIND_HOLDER)).await?;
            return holders.first().map(|row| self.holder(row)).transpose();
        };
        let answer = self
            .look_up(sql::ANSWER_AND_RECORD)
            .bind(claim.key_hash.as_slice())
            .bind(claim.fingerprint.as_slice())
            .bind(claim.operation)
            .bind(self.created().detail);
        let answers = connection.fetch(answer).await?;
        let record = answers.first().map(|row| self.record(row, claim));
        record.transpose()
    }

    /// Reads a row of [`sql::FIND_HOLDER`].
    fn holder(&self, row: &PgRow) -> Result<CreateOutcome, Failure> {
        let holder = CustomerId::from_uuid(column(row, "customer_id")?);
        if holder == self.creation.customer().id() {
            return Ok(CreateOutcome::Created);
        }
        let field = named(row, "outcome", taken_field)?;
        Ok(CreateOutcome::Taken(Conflict { field, holder }))
    }

    /// Reads a row of [`sql::ANSWER_AND_RECORD`].
    fn record(&self, row: &PgRow, claim: &IdempotencyClaim) -> Result<CreateOutcome, Failure> {
        let fingerprint: &[u8] = column(row, "fingerprint")?;
        if fingerprint != claim.fingerprint {
            return Ok(CreateOutcome::KeyReused);
        }
        let answer = FirstAnswer::from_record(&recorded_outcome(row)?);
        let replayed: bool = column(row, "replayed")?;
        match answer.ok_or_else(|| unreadable("detail"))? {
            FirstAnswer::Created(receipt) if receipt.id == self.creation.customer().id() => {
                Ok(CreateOutcome::Created)
            }
            FirstAnswer::Taken(conflict) if !replayed => Ok(CreateOutcome::Taken(conflict)),
            first => Ok(CreateOutcome::Replayed(first)),
        }
    }

    /// What is recorded where this create succeeds.
    pub(super) fn created(&self) -> RecordedOutcome {
        FirstAnswer::Created(self.creation.customer().receipt()).to_record()
    }

    fn store(&self) -> Statement {
        let claim = self.creation.claim;
        let statement = Statement::new(match claim {
            None => sql::STORE_CUSTOMER,
            Some(_) => sql::STORE_CUSTOMER_AND_RECORD,
        });
        let state = self.creation.customer().state();
        let statement = bind_customer(statement.bind(self.tenant.as_uuid()), state, FIRST_VERSION);
        let statement = bind_change(statement, self.creation.change());
        match claim {
            None => statement,
            Some(claim) => statement
                .bind(claim.key_hash.as_slice())
                .bind(claim.fingerprint.as_slice())
                .bind(claim.operation)
                .bind(self.created().detail),
        }
    }

    /// What a holder is looked for by.
    fn look_up(&self, statement: &'static str) -> Statement {
        let state = self.creation.customer().state();
        let external_id = state.profile.external_id.as_ref();
        Statement::new(statement)
            .bind(self.tenant.as_uuid())
            .bind(state.id.as_uuid())
            .bind(state.profile.email.key().expose())
            .bind(external_id.map(ExternalId::expose))
    }
}

/// [`Version::FIRST`](customers_domain::Version::FIRST), as the database counts.
const FIRST_VERSION: i32 = 1;
