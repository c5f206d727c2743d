use customers_ports::CreateOutcome;

use crate::customers::create_batcher::pending_create::{PendingCreate, refuse};
use crate::customers::create_many::CreateMany;
use crate::database::Database;
use crate::failure::FailureKind;
use crate::pool::Lease;

/// The creates of one statement, and those that follow it.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) creates: Vec<PendingCreate>,
    /// Creates with the same key or id as one of the batch. They look up its outcome first.
    pub(super) followers: Vec<PendingCreate>,
}

impl Batch {
    /// Executes the batch. Creates that the statement does not store are retried alone.
    pub(super) async fn run(self, database: Database, lease: Lease) {
        let mut creates = self.creates;
        if creates.len() == 1
            && let Some(one) = creates.pop()
        {
            one.run_alone(&database, lease).await;
        } else {
            store(creates, &database, lease).await;
        }
        for one in self.followers {
            one.retry_with_lookup(database.clone());
        }
    }
}

/// Stores all creates without a conflict in one statement.
async fn store(creates: Vec<PendingCreate>, database: &Database, lease: Lease) {
    // Creates that were accepted earlier time out by themselves.
    let Some(deadline) = creates.last().map(PendingCreate::deadline) else {
        return;
    };
    let many = CreateMany(creates.iter().map(|one| &one.create).collect());
    match database.attempts(&many, lease, deadline).await {
        Ok(stored) => {
            for one in creates {
                if stored.contains(&one.id()) {
                    one.complete(Ok(CreateOutcome::Created));
                } else {
                    one.retry_with_lookup(database.clone());
                }
            }
        }
        Err(failure) if concerns_one_create(failure.kind) => {
            for one in creates {
                one.retry_alone(database.clone());
            }
        }
        Err(failure) => refuse(creates, &failure),
    }
}

/// Returns whether a single create of the statement may have caused the failure, so that the others can succeed without
/// it.
const fn concerns_one_create(kind: FailureKind) -> bool {
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
