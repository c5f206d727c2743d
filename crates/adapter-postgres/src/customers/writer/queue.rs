use std::collections::{HashSet, VecDeque};

use tokio::time::Instant;

use crate::customers::writer::gathered::Gathered;
use crate::customers::writer::waiting::Waiting;

/// What the values of one statement may come to, in bytes.
const STATEMENT_SIZE: usize = 1 << 20;

#[derive(Default)]
pub(super) struct Queue {
    pub(super) waiting: VecDeque<Waiting>,
    /// Whether somebody is at work on it.
    pub(super) tended: bool,
}

impl Queue {
    /// Takes those that go together, first come, first served. One whose caller went away goes nowhere.
    pub(super) fn gather(&mut self, at_most: usize) -> Gathered {
        let (mut keys, mut ids) = (HashSet::new(), HashSet::new());
        let mut size = 0;
        let mut gathered = Gathered::default();
        while gathered.together.len() < at_most && size < STATEMENT_SIZE {
            let Some(next) = self.waiting.pop_front() else {
                break;
            };
            if next.is_given_up() {
                continue;
            }
            let is_new = next.key().is_none_or(|key| keys.insert(key)) && ids.insert(next.id());
            if is_new {
                size += next.size;
                gathered.together.push(next);
            } else {
                gathered.afterwards.push(next);
            }
        }
        gathered
    }

    /// Takes those that were there at that moment.
    pub(super) fn take_accepted_until(&mut self, moment: Instant) -> Vec<Waiting> {
        let later = self.waiting.iter().position(|one| one.accepted > moment);
        let count = later.unwrap_or(self.waiting.len());
        self.waiting.drain(..count).collect()
    }
}
