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

/// A create that was accepted and has no result yet.
pub(super) struct PendingCreate {
    pub(super) create: Create,
    pub(super) size: usize,
    pub(super) accepted: Instant,
    pub(super) client: oneshot::Sender<CreateResult>,
    pub(super) memory: OwnedSemaphorePermit,
}

impl PendingCreate {
    pub(super) fn id(&self) -> Uuid {
        self.create.state().id.as_uuid()
    }

    pub(super) fn key(&self) -> Option<(TenantId, [u8; 32])> {
        let record = self.create.record()?;
        Some((self.create.tenant(), record.key_hash))
    }

    pub(super) fn deadline(&self) -> Instant {
        self.accepted + CALL_LIMIT
    }

    pub(super) fn complete(self, result: CreateResult) {
        // The memory is released before the client learns the result.
        drop(self.memory);
        // If the client is gone, the result is dropped.
        let _ = self.client.send(result);
    }

    /// Executes this create alone, and waits for the locks that it needs.
    pub(super) async fn run_alone(self, database: &Database, lease: Lease) {
        let deadline = self.deadline();
        let outcome = database.attempts(&self.create, lease, deadline).await;
        self.complete(outcome.map_err(StoreError::from));
    }

    /// Executes this create alone in the background, on another connection.
    pub(super) fn retry_alone(self, database: Database) {
        tokio::spawn(async move {
            match timeout_at(self.deadline(), database.lease::<Create>()).await {
                Ok(Ok(lease)) => self.run_alone(&database, lease).await,
                Ok(Err(failure)) => self.complete(Err(failure.into())),
                // The client has timed out.
                Err(_) => {}
            }
        });
    }

    /// Retries this create alone, looking up the conflict first.
    pub(super) fn retry_with_lookup(mut self, database: Database) {
        self.create.set_look_up_first();
        self.retry_alone(database);
    }

    /// Returns whether no client waits for the result.
    pub(super) fn is_abandoned(&self) -> bool {
        self.client.is_closed()
    }
}

pub(super) fn refuse(pending: impl IntoIterator<Item = PendingCreate>, failure: &Failure) {
    for one in pending {
        one.complete(Err(failure.clone().into()));
    }
}
