use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::customers::create_many::StatementTimes;

/// Maximum time that a batch waits for more creates.
const MAX_WAIT: Duration = Duration::from_millis(5);
/// Commits up to this duration are quick: waiting would cost more than it saves.
const QUICK_COMMIT: Duration = Duration::from_millis(1);
/// Commits of which the quickest counts.
const COMMITS: usize = 8;

/// Decides how long the next batch waits for more creates.
///
/// Without it, concurrent clients split into two groups. The first response of a batch starts the next statement while
/// the other clients of the batch have not sent their next create yet, so the groups take turns, and each client waits
/// for two commits. After a commit that took its time, the next batch therefore waits until as many creates have
/// arrived as were answered, for at most half the time of the last statement and at most 5 ms. A client that is alone
/// sends the one create that is waited for, so it never waits.
#[derive(Debug, Default)]
struct Gathering {
    /// Creates still to arrive.
    missing: usize,
    /// When to wait no longer. `None` where commits are quick.
    until: Option<Instant>,
    /// Duration of the latest statement, its commit included.
    statement: Duration,
    /// Durations of the latest commits. The quickest of them is the time of a commit: others include the time
    /// that a busy machine took for something else.
    commits: [Option<Duration>; COMMITS],
    next: usize,
}

impl Gathering {
    /// Notes that a batch of that many creates is about to be answered, with the times of its statement if they were
    /// measured.
    fn answering(&mut self, creates: usize, times: Option<StatementTimes>) {
        if let Some(times) = times {
            self.statement = times.total;
            self.commits[self.next] = Some(times.commit);
            self.next = (self.next + 1) % COMMITS;
        }
        self.missing = creates;
        self.until = self.wait().map(|wait| Instant::now() + wait);
    }

    /// Notes that a create arrived.
    const fn arrived(&mut self) {
        self.missing = self.missing.saturating_sub(1);
    }

    /// Returns when to stop waiting, or `None` if there is nothing to wait for.
    fn until(&self) -> Option<Instant> {
        self.until
            .filter(|until| self.missing > 0 && *until > Instant::now())
    }

    fn wait(&self) -> Option<Duration> {
        let commit = self.commits.iter().flatten().min()?;
        (*commit > QUICK_COMMIT).then(|| (self.statement / 2).min(MAX_WAIT))
    }
}

/// The gathering of a queue. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct SharedGathering(Arc<Mutex<Gathering>>);

impl SharedGathering {
    /// As [`Gathering::answering`].
    pub(super) fn answering(&self, creates: usize, times: Option<StatementTimes>) {
        self.gathering().answering(creates, times);
    }

    /// As [`Gathering::arrived`].
    pub(super) fn arrived(&self) {
        self.gathering().arrived();
    }

    /// As [`Gathering::until`].
    pub(super) fn until(&self) -> Option<Instant> {
        self.gathering().until()
    }

    fn gathering(&self) -> MutexGuard<'_, Gathering> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOW: Option<StatementTimes> = Some(times(6_000, 4_000));

    /// Times in microseconds.
    const fn times(total: u64, commit: u64) -> StatementTimes {
        StatementTimes {
            total: Duration::from_micros(total),
            commit: Duration::from_micros(commit),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_slow_commit_the_answered_are_waited_for_until_all_arrived() {
        let mut gathering = Gathering::default();
        assert_eq!(gathering.until(), None);
        gathering.answering(2, SLOW);
        let until = Instant::now() + Duration::from_millis(3);
        assert_eq!(gathering.until(), Some(until));
        gathering.arrived();
        assert_eq!(gathering.until(), Some(until));
        gathering.arrived();
        assert_eq!(gathering.until(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_waited_for_longer_than_five_milliseconds() {
        let mut gathering = Gathering::default();
        gathering.answering(2, Some(times(65_000, 60_000)));
        assert_eq!(
            gathering.until(),
            Some(Instant::now() + Duration::from_millis(5))
        );
        tokio::time::advance(Duration::from_millis(5)).await;
        assert_eq!(gathering.until(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn after_quick_commits_nobody_is_waited_for() {
        let mut gathering = Gathering::default();
        gathering.answering(64, Some(times(3_000, 300)));
        assert_eq!(gathering.until(), None);
        // One slow commit among quick ones is the machine's doing.
        gathering.answering(64, SLOW);
        assert_eq!(gathering.until(), None);
        for _ in 0..COMMITS {
            gathering.answering(64, SLOW);
        }
        assert!(gathering.until().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_batch_without_a_measured_commit_goes_by_the_ones_before() {
        let mut gathering = Gathering::default();
        gathering.answering(1, None);
        assert_eq!(gathering.until(), None);
        gathering.answering(8, SLOW);
        gathering.answering(1, None);
        assert!(gathering.until().is_some());
    }
}
