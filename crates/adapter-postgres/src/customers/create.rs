use customers_domain::{CustomerId, CustomerState, TenantId};
use customers_ports::{Conflict, CreateOutcome, Creation, FirstAnswer};
use sqlx::postgres::PgRow;

use crate::codes;
use crate::column::{column, unreadable};
use crate::connection::Connection;
use crate::customers::binding::external_id;
use crate::customers::find_holder::taken_field;
use crate::customers::seals::NewSeals;
use crate::database::Work;
use crate::failure::{Failure, FailureKind};
use crate::idempotency::statements::{record_key, recorded_outcome};
use crate::sealing::KeyRing;
use crate::sql;
use crate::statement::Statement;

/// A create: one statement that stores everything if there is no conflict, and otherwise another one that looks up the
/// conflict. If both lose a race, they run again.
///
/// It can be repeated because the id of the customer stays the same: if an earlier attempt was committed, the conflict
/// is with this very customer.
pub(super) struct Create {
    tenant: TenantId,
    creation: Creation,
    seals: NewSeals,
    record: Option<NewRecord>,
    /// Whether a batch did not store it, so that the conflict is looked up first.
    look_up_first: bool,
}

/// The idempotency record of a create.
pub(super) struct NewRecord {
    pub(super) key_hash: [u8; 32],
    pub(super) fingerprint: [u8; 32],
    pub(super) detail: Vec<u8>,
}

impl Work for Create {
    type Output = CreateOutcome;
    const WRITES: bool = true;

    async fn attempt(&self, connection: &mut Connection) -> Result<CreateOutcome, Failure> {
        match self.store_or_answer(connection).await {
            Err(failure) if failure.kind == FailureKind::LockTimeout && self.record.is_some() => {
                Ok(CreateOutcome::KeyInProgress)
            }
            outcome => outcome,
        }
    }
}

impl Create {
    /// Seals the values of a create.
    pub(super) fn new(creation: Creation, ring: &KeyRing) -> Result<Self, Failure> {
        let record = creation.claim.map(|claim| NewRecord {
            key_hash: record_key(&claim),
            fingerprint: claim.fingerprint,
            detail: FirstAnswer::Created(creation.customer().receipt())
                .to_record()
                .detail,
        });
        Ok(Self {
            tenant: ring.tenant(),
            seals: NewSeals::of(creation.customer(), ring)?,
            record,
            creation,
            look_up_first: false,
        })
    }

    /// Makes the next attempt look up the conflict before it stores.
    pub(super) const fn set_look_up_first(&mut self) {
        self.look_up_first = true;
    }

    pub(super) const fn tenant(&self) -> TenantId {
        self.tenant
    }

    pub(super) const fn creation(&self) -> &Creation {
        &self.creation
    }

    pub(super) const fn state(&self) -> &CustomerState {
        self.creation.customer().state()
    }

    pub(super) const fn seals(&self) -> &NewSeals {
        &self.seals
    }

    /// Returns the size of its values in bytes.
    pub(super) const fn size(&self) -> usize {
        self.seals.profile.len()
    }

    pub(super) const fn record(&self) -> Option<&NewRecord> {
        self.record.as_ref()
    }

    async fn store_or_answer(&self, connection: &mut Connection) -> Result<CreateOutcome, Failure> {
        if self.look_up_first
            && let Some(outcome) = self.answer(connection).await?
        {
            return Ok(outcome);
        }
        if !connection.fetch(self.store()).await?.is_empty() {
            return Ok(CreateOutcome::Created);
        }
        self.answer(connection).await?.ok_or_else(Failure::raced)
    }

    /// Returns the conflict, or `None` if it has just appeared or disappeared.
    async fn answer(&self, connection: &mut Connection) -> Result<Option<CreateOutcome>, Failure> {
        let Some(record) = &self.record else {
            let holders = connection.fetch(self.look_up(sql::FIND_HOLDER)).await?;
            return holders.first().map(|row| self.holder(row)).transpose();
        };
        let answer = self
            .look_up(sql::ANSWER_AND_RECORD)
            .bind(record.key_hash.as_slice())
            .bind(record.fingerprint.as_slice())
            .bind(record.detail.as_slice());
        let answers = connection.fetch(answer).await?;
        let outcome = answers.first().map(|row| self.recorded(row, record));
        outcome.transpose()
    }

    /// Converts a row of [`sql::FIND_HOLDER`].
    fn holder(&self, row: &PgRow) -> Result<CreateOutcome, Failure> {
        let holder = CustomerId::from_uuid(column(row, "resource_id")?);
        if holder == self.state().id {
            return Ok(CreateOutcome::Created);
        }
        let field = taken_field(row)?;
        Ok(CreateOutcome::Taken(Conflict { field, holder }))
    }

    /// Converts a row of [`sql::ANSWER_AND_RECORD`].
    fn recorded(&self, row: &PgRow, record: &NewRecord) -> Result<CreateOutcome, Failure> {
        let fingerprint: &[u8] = column(row, "fingerprint")?;
        if fingerprint != record.fingerprint {
            return Ok(CreateOutcome::KeyReused);
        }
        let outcome = recorded_outcome(row)?;
        if outcome.resource_id == self.state().id.as_uuid() {
            return Ok(CreateOutcome::Created);
        }
        let replayed: bool = column(row, "replayed")?;
        match FirstAnswer::from_record(&outcome).ok_or_else(|| unreadable("outcome"))? {
            FirstAnswer::Taken(conflict) if !replayed => Ok(CreateOutcome::Taken(conflict)),
            answer => Ok(CreateOutcome::Replayed(answer)),
        }
    }

    fn store(&self) -> Statement {
        let (state, seals) = (self.state(), &self.seals);
        let statement = Statement::new(match &self.record {
            None => sql::STORE_CUSTOMER,
            Some(_) => sql::STORE_CUSTOMER_AND_RECORD,
        })
        .bind(self.tenant.as_uuid())
        .bind(state.id.as_uuid())
        .bind(state.created_at)
        .bind(codes::of_status(state.status))
        .bind(codes::of_type(state.profile.customer_type))
        .bind(state.profile.billing_address.country.as_str())
        .bind(external_id(state))
        .bind(seals.salt.0)
        .bind(seals.email_digest)
        .bind(seals.phone_digest)
        .bind(seals.profile.as_slice())
        .bind(self.creation.change().id.as_uuid())
        .bind(self.creation.change().actor.as_str());
        match &self.record {
            None => statement,
            Some(record) => statement
                .bind(record.key_hash.as_slice())
                .bind(record.fingerprint.as_slice())
                .bind(record.detail.as_slice()),
        }
    }

    /// Binds the values by which a holder is looked up.
    fn look_up(&self, statement: &'static str) -> Statement {
        Statement::new(statement)
            .bind(self.tenant.as_uuid())
            .bind(self.state().id.as_uuid())
            .bind(self.seals.email_digest)
            .bind(external_id(self.state()))
    }
}
