use customers_ports::CreateOutcome;

use crate::customers::create_many::CreateMany;
use crate::customers::writer::waiting::{Waiting, refuse};
use crate::database::Database;
use crate::failure::FailureKind;
use crate::pool::Lease;

/// What goes in one statement, and what follows.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) together: Vec<Waiting>,
    /// Those that have their key or their id in common with one of them, and so have to see first what
    /// became of that.
    pub(super) afterwards: Vec<Waiting>,
}

impl Gathered {
    /// Carries it out. What is not stored in the one statement goes on alone.
    pub(super) async fn carry_out(self, database: Database, lease: Lease) {
        let mut together = self.together;
        if together.len() == 1
            && let Some(one) = together.pop()
        {
            one.go_alone(&database, lease).await;
        } else {
            store(together, &database, lease).await;
        }
        for one in self.afterwards {
            one.ask_first(database.clone());
        }
    }
}

/// Stores them in one statement, as far as nothing stands in their way.
async fn store(together: Vec<Waiting>, database: &Database, lease: Lease) {
    // Those that were accepted earlier give up by themselves.
    let Some(deadline) = together.last().map(Waiting::deadline) else {
        return;
    };
    let many = CreateMany(together.iter().map(|one| &one.create).collect());
    match database.attempts(&many, lease, deadline).await {
        Ok(stored) => {
            for one in together {
                if stored.contains(&one.id()) {
                    one.answer(Ok(CreateOutcome::Created));
                } else {
                    one.ask_first(database.clone());
                }
            }
        }
        Err(failure) if is_of_one(failure.kind) => {
            for one in together {
                one.leave(database.clone());
            }
        }
        Err(failure) => refuse(together, &failure),
    }
}

/// Whether the failure may be the fault of one create in a statement, so that the others can do
/// without it.
const fn is_of_one(kind: FailureKind) -> bool {
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
