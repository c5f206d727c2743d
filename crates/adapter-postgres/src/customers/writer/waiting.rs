use customers_domain::TenantId;
use customers_ports::{CreateOutcome, StoreError};
use sqlx::types::Uuid;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time::{Instant, timeout_at};

use crate::customers::create::Create;
use crate::database::{CALL_LIMIT, Database};
use crate::failure::Failure;
use crate::pool::Lease;

pub(super) type Answer = Result<CreateOutcome, StoreError>;

/// A create that was accepted and not answered yet.
pub(super) struct Waiting {
    pub(super) create: Create,
    pub(super) size: usize,
    pub(super) accepted: Instant,
    pub(super) caller: oneshot::Sender<Answer>,
    pub(super) room: OwnedSemaphorePermit,
}

impl Waiting {
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

    pub(super) fn answer(self, answer: Answer) {
        // Whoever hears of it finds its room free again.
        drop(self.room);
        // A caller that went away misses nothing.
        let _ = self.caller.send(answer);
    }

    /// Goes by itself, and waits for whatever is in its way.
    pub(super) async fn go_alone(self, database: &Database, lease: Lease) {
        let deadline = self.deadline();
        let outcome = database.attempts(&self.create, lease, deadline).await;
        self.answer(outcome.map_err(StoreError::from));
    }

    /// The same in the background, on a connection of its own.
    pub(super) fn leave(self, database: Database) {
        tokio::spawn(async move {
            match timeout_at(self.deadline(), database.lease::<Create>()).await {
                Ok(Ok(lease)) => self.go_alone(&database, lease).await,
                Ok(Err(failure)) => self.answer(Err(failure.into())),
                // The caller has been told by now.
                Err(_) => {}
            }
        });
    }

    /// The same where something is known to stand in the way.
    pub(super) fn ask_first(mut self, database: Database) {
        self.create.set_passed_over();
        self.leave(database);
    }

    /// Whether nobody waits for the answer any more.
    pub(super) fn is_given_up(&self) -> bool {
        self.caller.is_closed()
    }
}

pub(super) fn refuse(waiting: impl IntoIterator<Item = Waiting>, failure: &Failure) {
    for one in waiting {
        one.answer(Err(failure.clone().into()));
    }
}
