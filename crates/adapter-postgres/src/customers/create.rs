use customers_domain::{CustomerId, CustomerStatus, ExternalId, Receipt, TenantId};
use customers_ports::{Conflict, CreateOutcome, Creation, FirstAnswer, IdempotencyClaim};
use sqlx::postgres::PgRow;

use crate::connection::Connection;
use crate::customers::binding::{bind_change, bind_customer, stored_version};
use crate::customers::find_holder::taken_field;
use crate::database::Work;
use crate::failure::{Failure, FailureKind};
use crate::rows::{column, named};
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
    /// The customer's version, as the database counts.
    version: i32,
}

impl Work for Create {
    type Output = CreateOutcome;

    async fn attempt(&self, connection: &mut Connection) -> Result<CreateOutcome, Failure> {
        let Some(claim) = &self.creation.claim else {
            return self.without_key(connection).await;
        };
        match self.with_key(connection, claim).await {
            Err(failure) if failure.kind == FailureKind::LockTimeout => {
                Ok(CreateOutcome::KeyInProgress)
            }
            outcome => outcome,
        }
    }
}

impl Create {
    pub(super) fn new(tenant: TenantId, creation: Creation) -> Result<Self, Failure> {
        Ok(Self {
            version: stored_version(creation.customer.version())?,
            tenant,
            creation,
        })
    }

    async fn without_key(&self, connection: &mut Connection) -> Result<CreateOutcome, Failure> {
        let stored = connection.fetch(self.store(sql::STORE_CUSTOMER)).await?;
        if !stored.is_empty() {
            return Ok(CreateOutcome::Created);
        }
        let holders = connection.fetch(self.look_up(sql::FIND_HOLDER)).await?;
        let holder = holders.first().ok_or_else(Failure::raced)?;
        let id = CustomerId::from_uuid(column(holder, "customer_id")?);
        if id == self.creation.customer.id() {
            return Ok(CreateOutcome::Created);
        }
        let field = named(holder, "outcome", taken_field)?;
        Ok(CreateOutcome::Taken(Conflict { field, holder: id }))
    }

    async fn with_key(
        &self,
        connection: &mut Connection,
        claim: &IdempotencyClaim,
    ) -> Result<CreateOutcome, Failure> {
        let store = self
            .store(sql::STORE_CUSTOMER_AND_RECORD)
            .bind(claim.key_hash.as_slice())
            .bind(claim.fingerprint.as_slice());
        if !connection.fetch(store).await?.is_empty() {
            return Ok(CreateOutcome::Created);
        }
        let state = self.creation.customer.state();
        let answer = self
            .look_up(sql::ANSWER_AND_RECORD)
            .bind(claim.key_hash.as_slice())
            .bind(claim.fingerprint.as_slice())
            .bind(state.status.as_str())
            .bind(state.created_at);
        let answers = connection.fetch(answer).await?;
        self.answer(answers.first().ok_or_else(Failure::raced)?, claim)
    }

    /// Reads a row of [`sql::ANSWER_AND_RECORD`].
    fn answer(&self, row: &PgRow, claim: &IdempotencyClaim) -> Result<CreateOutcome, Failure> {
        let fingerprint: &[u8] = column(row, "fingerprint")?;
        if fingerprint != claim.fingerprint {
            return Ok(CreateOutcome::KeyReused);
        }
        let id = CustomerId::from_uuid(column(row, "customer_id")?);
        if id == self.creation.customer.id() {
            return Ok(CreateOutcome::Created);
        }
        let outcome: &str = column(row, "outcome")?;
        if outcome == CREATED {
            return Ok(CreateOutcome::Replayed(FirstAnswer::Created(Receipt {
                id,
                status: named(row, "customer_status", CustomerStatus::from_name)?,
                created_at: column(row, "customer_created_at")?,
            })));
        }
        let field = named(row, "outcome", taken_field)?;
        let conflict = Conflict { field, holder: id };
        Ok(if column(row, "replayed")? {
            CreateOutcome::Replayed(FirstAnswer::Taken(conflict))
        } else {
            CreateOutcome::Taken(conflict)
        })
    }

    /// The customer and its change, in the order of both statements that store them.
    fn store(&self, statement: &'static str) -> Statement {
        let state = self.creation.customer.state();
        let statement = Statement::new(statement).bind(self.tenant.as_uuid());
        let statement = bind_customer(statement, state, self.version);
        bind_change(statement, &self.creation.change)
    }

    /// What a holder is looked for by.
    fn look_up(&self, statement: &'static str) -> Statement {
        let state = self.creation.customer.state();
        let external_id = state.profile.external_id.as_ref();
        Statement::new(statement)
            .bind(self.tenant.as_uuid())
            .bind(state.id.as_uuid())
            .bind(state.profile.email.key().expose())
            .bind(external_id.map(ExternalId::expose))
    }
}

const CREATED: &str = "created";
