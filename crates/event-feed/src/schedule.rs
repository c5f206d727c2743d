use std::collections::{HashMap, HashSet};
use std::time::Duration;

use customers_domain::TenantId;
use tokio::time::Instant;

/// Pause before a tenant is tried again whose events another program numbers.
const RETRY_AFTER: Duration = Duration::from_millis(20);
/// Minimum time between the starts of two passes of a tenant, so that a busy tenant is numbered in batches.
const SPACING: Duration = Duration::from_millis(20);
/// Maximum number of tenants that are numbered at the same time. Each takes a connection to the store.
const MAX_PASSES: usize = 2;

/// Which tenants to number, and when. It reads no clock.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    due: HashMap<TenantId, Instant>,
    running: HashSet<TenantId>,
    /// When the last pass of a tenant started, if that was less than the spacing ago or it still runs.
    started: HashMap<TenantId, Instant>,
}

/// How a pass ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PassResult {
    /// Nothing more waited when it started.
    Complete,
    /// It numbered as many events as it could; more may wait.
    Partial,
    /// Another program numbers the events of this tenant.
    Busy,
    /// The store failed. The next look at what waits finds the tenant again.
    Failed,
}

impl Schedule {
    /// Requests a pass.
    pub(crate) fn wake(&mut self, tenant: TenantId, now: Instant) {
        let started = self.started.get(&tenant);
        let earliest = started.map_or(now, |started| now.max(*started + SPACING));
        let due = self.due.entry(tenant).or_insert(earliest);
        *due = (*due).min(earliest);
    }

    /// Requests a pass of each tenant.
    pub(crate) fn wake_all(&mut self, tenants: impl IntoIterator<Item = TenantId>, now: Instant) {
        for tenant in tenants {
            self.wake(tenant, now);
        }
    }

    /// Starts the passes that are due and for which there is capacity.
    pub(crate) fn start(&mut self, now: Instant) -> HashSet<TenantId> {
        let running = &self.running;
        self.started
            .retain(|tenant, started| running.contains(tenant) || *started + SPACING > now);
        let mut started = HashSet::new();
        while self.running.len() < MAX_PASSES
            && let Some((tenant, _)) = self.earliest().filter(|(_, due)| *due <= now)
        {
            self.due.remove(&tenant);
            self.running.insert(tenant);
            self.started.insert(tenant, now);
            started.insert(tenant);
        }
        started
    }

    /// Ends a pass.
    pub(crate) fn end(&mut self, tenant: TenantId, result: PassResult, now: Instant) {
        self.running.remove(&tenant);
        let again = match result {
            PassResult::Complete | PassResult::Failed => return,
            PassResult::Partial => now,
            PassResult::Busy => now + RETRY_AFTER,
        };
        let due = self.due.entry(tenant).or_insert(again);
        *due = (*due).min(again);
    }

    /// Forgets which passes run, after one of them panicked.
    pub(crate) fn forget_running(&mut self) {
        self.running.clear();
    }

    /// Returns when the next pass is due, if there is capacity for one.
    pub(crate) fn next(&self) -> Option<Instant> {
        if self.running.len() >= MAX_PASSES {
            return None;
        }
        self.earliest().map(|(_, due)| due)
    }

    /// The tenant without a running pass whose next one is due first.
    fn earliest(&self) -> Option<(TenantId, Instant)> {
        let idle = self
            .due
            .iter()
            .filter(|(tenant, _)| !self.running.contains(*tenant));
        idle.min_by_key(|(_, due)| **due)
            .map(|(tenant, due)| (*tenant, *due))
    }
}

#[cfg(test)]
mod tests {
    use customers_test_support::builders::tenant_id;

    use super::*;

    fn after(milliseconds: u64, start: Instant) -> Instant {
        start + Duration::from_millis(milliseconds)
    }

    #[test]
    fn a_tenant_that_wakes_starts_at_once_and_again_after_the_spacing() {
        let (mut schedule, tenant, now) = (Schedule::default(), tenant_id(), Instant::now());
        assert_eq!(schedule.next(), None);
        schedule.wake(tenant, now);
        schedule.wake(tenant, now);
        assert_eq!(schedule.start(now), HashSet::from([tenant]));
        schedule.wake(tenant, after(1, now));
        assert_eq!(schedule.start(after(100, now)), HashSet::new());
        schedule.end(tenant, PassResult::Complete, after(2, now));
        assert_eq!(schedule.next(), Some(after(20, now)));
        assert_eq!(schedule.start(after(19, now)), HashSet::new());
        assert_eq!(schedule.start(after(20, now)), HashSet::from([tenant]));
        schedule.end(tenant, PassResult::Complete, after(21, now));
        assert_eq!(schedule.next(), None);
        schedule.wake(tenant, after(22, now));
        assert_eq!(schedule.next(), Some(after(40, now)));
        assert_eq!(schedule.start(after(40, now)), HashSet::from([tenant]));
        schedule.end(tenant, PassResult::Complete, after(41, now));
        schedule.wake(tenant, after(70, now));
        assert_eq!(schedule.next(), Some(after(70, now)));
    }

    #[test]
    fn a_pass_is_repeated_unless_it_was_complete() {
        let (tenant, now) = (tenant_id(), Instant::now());
        for (result, next) in [
            (PassResult::Partial, Some(now)),
            (PassResult::Busy, Some(after(20, now))),
            (PassResult::Complete, None),
            (PassResult::Failed, None),
        ] {
            let mut schedule = Schedule::default();
            schedule.wake(tenant, now);
            schedule.start(now);
            schedule.end(tenant, result, now);
            assert_eq!(schedule.next(), next, "{result:?}");
        }
    }

    #[test]
    fn at_most_two_tenants_run_and_the_longest_due_comes_next() {
        let (mut schedule, now) = (Schedule::default(), Instant::now());
        let tenants: Vec<TenantId> = (0..4).map(|_| tenant_id()).collect();
        for (tenant, due) in tenants.iter().zip([3, 1, 0, 2]) {
            schedule.wake(*tenant, after(due, now));
        }
        let now = after(10, now);
        assert_eq!(schedule.start(now), HashSet::from([tenants[2], tenants[1]]));
        assert_eq!(schedule.next(), None);
        schedule.end(tenants[1], PassResult::Complete, now);
        assert_eq!(schedule.start(now), HashSet::from([tenants[3]]));
    }
}
