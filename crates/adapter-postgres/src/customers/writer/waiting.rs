use customers_domain::{AddressLine, TenantId};
use customers_ports::{CreateOutcome, Creation, StoreError};
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
        self.create.creation().customer().id().as_uuid()
    }

    pub(super) fn key(&self) -> Option<(TenantId, [u8; 32])> {
        let claim = self.create.creation().claim?;
        Some((self.create.tenant(), claim.key_hash))
    }

    /// The operation that the key belongs to.
    pub(super) fn operation(&self) -> Option<&'static str> {
        Some(self.create.creation().claim?.operation)
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
        self.create.was_passed_over();
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

/// How many bytes of text a creation brings along.
pub(super) fn size_of(creation: &Creation) -> usize {
    let profile = creation.customer().profile();
    let address = &profile.billing_address;
    let texts = [
        profile.first_name.expose(),
        profile.last_name.expose(),
        profile.email.expose(),
        address.line1.expose(),
        address.line2.as_ref().map_or("", AddressLine::expose),
        address.city.expose(),
        address.state.expose(),
    ];
    let members = profile.metadata.expose().iter();
    let metadata = members.flat_map(|(name, value)| [name.as_str(), value.as_str()]);
    texts.into_iter().chain(metadata).map(str::len).sum()
}
