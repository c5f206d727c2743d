use std::collections::{HashSet, VecDeque};

use tokio::time::Instant;

use crate::customers::create_batcher::batch::Batch;
use crate::customers::create_batcher::pending::PendingCreate;

/// Maximum size of the values of one statement, in bytes.
const MAX_STATEMENT_SIZE: usize = 1 << 20;

/// Creates that wait for a batch, in the order in which they were accepted.
#[derive(Default)]
pub(super) struct CreateQueue {
    pending: VecDeque<PendingCreate>,
    /// Whether a task runs the queue.
    pub(super) is_running: bool,
}

impl CreateQueue {
    pub(super) fn push(&mut self, create: PendingCreate) {
        self.pending.push_back(create);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.pending.len()
    }

    /// Takes the next batch from the front of the queue. Creates whose client disconnected are dropped.
    pub(super) fn next_batch(&mut self, limit: usize) -> Batch {
        let (mut keys, mut ids) = (HashSet::new(), HashSet::new());
        let mut size = 0;
        let mut batch = Batch::default();
        while batch.creates.len() < limit && size < MAX_STATEMENT_SIZE {
            let Some(next) = self.pending.pop_front() else {
                break;
            };
            if next.is_abandoned() {
                continue;
            }
            let is_distinct =
                next.key().is_none_or(|key| keys.insert(key)) && ids.insert(next.id());
            if is_distinct {
                size += next.size;
                batch.creates.push(next);
            } else {
                batch.repeats.push(next);
            }
        }
        batch
    }

    /// Takes the creates that were accepted until `moment`.
    pub(super) fn take_accepted_until(&mut self, moment: Instant) -> Vec<PendingCreate> {
        let later = self.pending.iter().position(|one| one.accepted > moment);
        let count = later.unwrap_or(self.pending.len());
        self.pending.drain(..count).collect()
    }
}
