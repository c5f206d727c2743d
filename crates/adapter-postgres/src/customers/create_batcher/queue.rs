use std::collections::{HashSet, VecDeque};

use tokio::time::Instant;

use crate::customers::create_batcher::batch::Batch;
use crate::customers::create_batcher::pending_create::PendingCreate;

/// Maximum size of the values of one statement, in bytes.
const STATEMENT_SIZE: usize = 1 << 20;

#[derive(Default)]
pub(super) struct Queue {
    pub(super) pending: VecDeque<PendingCreate>,
    /// Whether a flush is in progress.
    pub(super) is_flushing: bool,
}

impl Queue {
    /// Takes the creates of the next batch, in order of arrival. Creates without a client are dropped.
    pub(super) fn take_batch(&mut self, max: usize) -> Batch {
        let (mut keys, mut ids) = (HashSet::new(), HashSet::new());
        let mut size = 0;
        let mut batch = Batch::default();
        while batch.creates.len() < max && size < STATEMENT_SIZE {
            let Some(next) = self.pending.pop_front() else {
                break;
            };
            if next.is_abandoned() {
                continue;
            }
            let is_new = next.key().is_none_or(|key| keys.insert(key)) && ids.insert(next.id());
            if is_new {
                size += next.size;
                batch.creates.push(next);
            } else {
                batch.followers.push(next);
            }
        }
        batch
    }

    /// Takes the creates that were accepted at or before `moment`.
    pub(super) fn take_accepted_before(&mut self, moment: Instant) -> Vec<PendingCreate> {
        let later = self.pending.iter().position(|one| one.accepted > moment);
        let count = later.unwrap_or(self.pending.len());
        self.pending.drain(..count).collect()
    }
}
