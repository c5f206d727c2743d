use std::pin::Pin;

use customers_ports::CreateOutcome;
use tokio::time::timeout_at;

use crate::customers::create::Create;
use crate::customers::create_batcher::gathering::SharedGathering;
use crate::customers::create_batcher::pending::{PendingCreate, reject};
use crate::customers::create_many::CreateMany;
use crate::database::Database;
use crate::failure::FailureKind;
use crate::pool::Lease;

/// What batches run on.
#[derive(Clone)]
pub(super) struct BatchContext {
    pub(super) database: Database,
    pub(super) gathering: SharedGathering,
}

/// Creates of one statement.
#[derive(Default)]
pub(super) struct Batch {
    /// No two of them have an idempotency key or an id in common.
    pub(super) creates: Vec<PendingCreate>,
    /// Creates that repeat the key or the id of another one and must see its outcome first.
    pub(super) repeats: Vec<PendingCreate>,
}

impl Batch {
    /// Runs the batch and answers its clients.
    pub(super) async fn run(self, context: BatchContext, lease: Lease) {
        store(self.creates, &context, lease).await;
        for create in self.repeats {
            create.spawn_after_conflict(context.database.clone());
        }
    }
}

/// Stores the creates in one statement. Those that meet a conflict then run alone.
async fn store(mut creates: Vec<PendingCreate>, context: &BatchContext, lease: Lease) {
    if creates.len() == 1
        && let Some(create) = creates.pop()
    {
        context.gathering.answering(1, None);
        return create.run_alone(&context.database, lease).await;
    }
    // Creates that were accepted earlier time out by themselves.
    let Some(deadline) = creates.last().map(PendingCreate::deadline) else {
        return;
    };
    let many = CreateMany(creates.iter().map(|one| &one.create).collect());
    match context.database.attempts(&many, lease, deadline).await {
        Ok(stored) => {
            context
                .gathering
                .answering(creates.len(), Some(stored.times));
            for create in creates {
                if stored.ids.contains(&create.id()) {
                    create.respond(Ok(CreateOutcome::Created));
                } else {
                    create.spawn_after_conflict(context.database.clone());
                }
            }
        }
        Err(failure) if may_concern_one(failure.kind) => spawn_halves(creates, context),
        Err(failure) => reject(creates, &failure),
    }
}

/// Runs both halves of a batch that failed, so that the creates that are not to blame are stored.
fn spawn_halves(mut creates: Vec<PendingCreate>, context: &BatchContext) {
    let second = creates.split_off(creates.len() / 2);
    for half in [creates, second] {
        tokio::spawn(store_half(half, context.clone()));
    }
}

/// Boxed because it recurs.
fn store_half(
    creates: Vec<PendingCreate>,
    context: BatchContext,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        let Some(deadline) = creates.last().map(PendingCreate::deadline) else {
            return;
        };
        match timeout_at(deadline, context.database.lease::<Create>()).await {
            Ok(Ok(lease)) => store(creates, &context, lease).await,
            Ok(Err(failure)) => reject(creates, &failure),
            // The clients have received the timeout by now.
            Err(_) => {}
        }
    })
}

/// Returns whether one create alone may have caused the failure of its batch.
const fn may_concern_one(kind: FailureKind) -> bool {
    match kind {
        FailureKind::Raced
        | FailureKind::LockTimeout
        | FailureKind::UnknownKey
        | FailureKind::Defect => true,
        FailureKind::Lost
        | FailureKind::ReadOnly
        | FailureKind::TimedOut
        | FailureKind::Refused
        | FailureKind::Unavailable => false,
    }
}
