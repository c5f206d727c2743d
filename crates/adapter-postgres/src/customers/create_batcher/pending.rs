use customers_domain::TenantId;
use customers_ports::{CreateOutcome, StoreError};
use sqlx::types::Uuid;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time::{Instant, timeout_at};

use crate::customers::create::Create;
use crate::database::{CALL_LIMIT, Database};
use crate::failure::Failure;
use crate::pool::Lease;

pub(super) type CreateResult = Result<CreateOutcome, StoreError>;

/// A create that was accepted and not answered yet.
pub(super) struct PendingCreate {
    pub(super) create: Create,
    /// Size of its values in bytes.
    pub(super) size: usize,
    pub(super) accepted: Instant,
    pub(super) responder: oneshot::Sender<CreateResult>,
    /// Memory that is free again when the create is answered.
    pub(super) memory: OwnedSemaphorePermit,
}

impl PendingCreate {
    pub(super) fn id(&self) -> Uuid {
        self.create.state().id.as_uuid()
    }

    /// The tenant and the hash of the idempotency key, if there is a key.
    pub(super) fn key(&self) -> Option<(TenantId, [u8; 32])> {
        let record = self.create.record()?;
        Some((self.create.tenant(), record.key_hash))
    }

    pub(super) fn deadline(&self) -> Instant {
        self.accepted + CALL_LIMIT
    }

    /// Sends the result to the client, if it is still connected.
    pub(super) fn respond(self, result: CreateResult) {
        let Self {
            responder, memory, ..
        } = self;
        // First, so that whoever receives the result finds the memory free.
        drop(memory);
        let _ = responder.send(result);
    }

    /// Runs the create alone. It waits for conflicting transactions.
    pub(super) async fn run_alone(self, database: &Database, lease: Lease) {
        let deadline = self.deadline();
        let outcome = database.attempts(&self.create, lease, deadline).await;
        self.respond(outcome.map_err(StoreError::from));
    }

    /// Runs the create alone, in a task and on a connection of its own. It looks up the conflict first.
    pub(super) fn spawn_after_conflict(mut self, database: Database) {
        self.create.set_look_up_first();
        tokio::spawn(async move {
            match timeout_at(self.deadline(), database.lease::<Create>()).await {
                Ok(Ok(lease)) => self.run_alone(&database, lease).await,
                Ok(Err(failure)) => self.respond(Err(failure.into())),
                // The client has received the timeout by now.
                Err(_) => {}
            }
        });
    }

    /// Returns whether nobody waits for the result any more.
    pub(super) fn is_abandoned(&self) -> bool {
        self.responder.is_closed()
    }
}

/// Answers all creates with the failure.
pub(super) fn reject(creates: impl IntoIterator<Item = PendingCreate>, failure: &Failure) {
    for create in creates {
        create.respond(Err(failure.clone().into()));
    }
}
