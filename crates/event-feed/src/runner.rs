use std::sync::Arc;
use std::time::Duration;

use customers_domain::TenantId;
use customers_metrics::EventMetrics;
use customers_ports::{Clock, EventFeed, EventSequencer, Numbering, StoreError};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::heads::Heads;
use crate::schedule::{PassResult, Schedule};
use crate::wakes::Wakes;

/// Interval of the looks for events and heads of other programs.
const LOOK_INTERVAL: Duration = Duration::from_millis(250);
/// Maximum number of events that one pass numbers, so that its transaction is short.
const BATCH: u32 = 1_000;

/// Gives events their positions and wakes the readers that wait for them, until it is dropped.
pub struct FeedRunner {
    feed: Arc<dyn EventFeed>,
    sequencer: Arc<dyn EventSequencer>,
    clock: Arc<dyn Clock>,
    wakes: Wakes,
    heads: Heads,
    metrics: EventMetrics,
}

impl FeedRunner {
    /// Creates the worker of a program.
    pub fn new(
        feed: Arc<dyn EventFeed>,
        sequencer: Arc<dyn EventSequencer>,
        clock: Arc<dyn Clock>,
        wakes: Wakes,
        heads: Heads,
        metrics: EventMetrics,
    ) -> Self {
        Self {
            feed,
            sequencer,
            clock,
            wakes,
            heads,
            metrics,
        }
    }

    /// Runs until it is dropped or aborted. A pass that is cut off leaves nothing behind: its transaction is completed
    /// by the store or rolled back, and the events are numbered by the next one.
    pub async fn run(self) {
        let runner = Arc::new(self);
        let mut schedule = Schedule::default();
        let mut passes = JoinSet::new();
        let mut looks = JoinSet::new();
        let mut next_look = Instant::now();
        let mut failures = Failures::default();
        loop {
            for tenant in schedule.start(Instant::now()) {
                let runner = Arc::clone(&runner);
                passes.spawn(async move { (tenant, runner.pass(tenant).await) });
            }
            tokio::select! {
                tenants = runner.wakes.take() => schedule.wake_all(tenants, Instant::now()),
                Some(ended) = passes.join_next() => match ended {
                    Ok((tenant, outcome)) => {
                        schedule.end(tenant, failures.pass(outcome), Instant::now());
                    }
                    Err(_) => schedule.forget_running(),
                },
                Some(looked) = looks.join_next() => {
                    let tenants = looked.map(|outcome| failures.look(outcome));
                    schedule.wake_all(tenants.unwrap_or_default(), Instant::now());
                }
                () = at(schedule.next()) => {}
                () = sleep_until(next_look) => {
                    next_look = Instant::now() + LOOK_INTERVAL;
                    if looks.is_empty() {
                        let runner = Arc::clone(&runner);
                        looks.spawn(async move { runner.look().await });
                    }
                }
            }
        }
    }

    /// Numbers one batch of a tenant.
    async fn pass(&self, tenant: TenantId) -> Result<PassResult, StoreError> {
        let numbered = match self.sequencer.number(tenant, BATCH).await? {
            Numbering::Busy => return Ok(PassResult::Busy),
            Numbering::Done(numbered) => numbered,
        };
        self.heads.publish(tenant, numbered.head);
        let now = self.clock.now();
        for at in &numbered.times {
            self.metrics.record_lag(now.signed_duration_since(*at));
        }
        Ok(match u32::try_from(numbered.times.len()) {
            Ok(count) if count < BATCH => PassResult::Complete,
            _ => PassResult::Partial,
        })
    }

    /// Finds what other programs left and publishes heads that they advanced. Returns the tenants with waiting events.
    async fn look(&self) -> Result<Vec<TenantId>, StoreError> {
        let awaited = self.heads.awaited();
        if !awaited.is_empty() {
            for (tenant, head) in self.feed.heads(&awaited).await? {
                self.heads.publish(tenant, head);
            }
        }
        let waiting = self.sequencer.waiting().await?;
        let oldest = waiting.iter().map(|waiting| waiting.oldest).min();
        let age = oldest.map(|oldest| self.clock.now().signed_duration_since(oldest));
        let count = waiting.iter().map(|waiting| waiting.count).sum();
        self.metrics.set_waiting(count, age.unwrap_or_default());
        Ok(waiting.iter().map(|waiting| waiting.tenant).collect())
    }
}

/// Waits until then, or for ever.
async fn at(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}

/// Logs the first failure and the first success after it, not every one.
#[derive(Default)]
struct Failures {
    failing: bool,
}

impl Failures {
    fn pass(&mut self, outcome: Result<PassResult, StoreError>) -> PassResult {
        match outcome {
            // Only the passes tell of success: a look may succeed where nothing can be written.
            Ok(result) => {
                if self.failing && result != PassResult::Busy {
                    tracing::info!("numbering events again");
                    self.failing = false;
                }
                result
            }
            Err(error) => {
                self.failed(&error);
                PassResult::Failed
            }
        }
    }

    fn look(&mut self, outcome: Result<Vec<TenantId>, StoreError>) -> Vec<TenantId> {
        outcome.unwrap_or_else(|error| {
            self.failed(&error);
            Vec::new()
        })
    }

    fn failed(&mut self, error: &StoreError) {
        if !self.failing {
            tracing::warn!(%error, "cannot number events");
            self.failing = true;
        }
    }
}
