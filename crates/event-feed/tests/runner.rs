//! The worker numbers events soon after they are reported, finds those that nobody reports, and wakes readers.

#![expect(clippy::unwrap_used, reason = "a failing helper fails the test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use customers_adapter_memory::InMemoryStore;
use customers_domain::{ApiKeyId, Sequence, TenantId};
use customers_event_feed::{FeedRunner, Heads, SignallingCustomers, Wakes};
use customers_metrics::EventMetrics;
use customers_ports::{
    CustomerRepository, EventFeed, EventQuery, EventSequencer, EventSignal, HeadWatch as _,
    MockEventSignal, Numbering, StoreError, WaitingEvents,
};
use customers_test_support::builders::{TestClock, api_key, creation, profile, tenant_id};
use tokio::task::{AbortHandle, yield_now};
use tokio::time::{Instant, timeout};

/// The store of a program and the parts of its feed.
struct Program {
    store: Arc<InMemoryStore>,
    customers: SignallingCustomers,
    heads: Heads,
    runner: AbortHandle,
}

impl Drop for Program {
    fn drop(&mut self) {
        self.runner.abort();
    }
}

impl Program {
    /// Starts a program on a store, numbering with `sequencer`.
    fn on(store: &Arc<InMemoryStore>, sequencer: Arc<dyn EventSequencer>) -> Self {
        let (wakes, heads) = (Wakes::new(), Heads::new());
        let signal: Arc<dyn EventSignal> = Arc::new(wakes.clone());
        let runner = FeedRunner::new(
            store.clone(),
            sequencer,
            Arc::new(TestClock::new()),
            wakes,
            heads.clone(),
            EventMetrics::default(),
        );
        Self {
            store: store.clone(),
            customers: SignallingCustomers::new(store.clone(), signal),
            heads,
            runner: tokio::spawn(runner.run()).abort_handle(),
        }
    }

    async fn create(&self, tenant: TenantId) {
        let created = self.customers.create(tenant, creation(profile())).await;
        assert!(created.is_ok(), "{created:?}");
    }

    async fn head(&self, tenant: TenantId) -> u64 {
        let query = EventQuery {
            after: Sequence::START,
            limit: 1,
        };
        self.store.read(tenant, query).await.unwrap().head.number()
    }

    /// Waits for an event after this position, as a reader does, and returns how long that took.
    async fn waits(&self, tenant: TenantId, after: u64) -> Duration {
        let started = Instant::now();
        let after = Sequence::from_number(after).unwrap();
        let limit = Duration::from_secs(30);
        self.heads.wait_beyond(tenant, key_id(), after, limit).await;
        started.elapsed()
    }
}

fn key_id() -> ApiKeyId {
    api_key(tenant_id()).id
}

fn store() -> Arc<InMemoryStore> {
    Arc::new(InMemoryStore::new(Arc::new(TestClock::new())))
}

#[tokio::test(start_paused = true)]
async fn a_change_of_this_program_wakes_its_readers_at_once() {
    let store = store();
    let (program, tenant) = (Program::on(&store, store.clone()), tenant_id());
    for position in 0..3 {
        let (waited, ()) = tokio::join!(program.waits(tenant, position), program.create(tenant));
        assert!(waited <= Duration::from_millis(20), "{waited:?}");
        assert_eq!(program.head(tenant).await, position + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn readers_learn_of_events_that_another_program_numbered() {
    let store = store();
    let (one, other) = (
        Program::on(&store, store.clone()),
        Program::on(&store, store.clone()),
    );
    let tenant = tenant_id();
    let (waited, ()) = tokio::join!(one.waits(tenant, 0), other.create(tenant));
    assert!(waited <= Duration::from_millis(250), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn events_that_nobody_reports_are_found() {
    let store = store();
    let (program, tenant) = (Program::on(&store, store.clone()), tenant_id());
    let created = store.create(tenant, creation(profile())).await;
    assert!(created.is_ok(), "{created:?}");
    let waited = program.waits(tenant, 0).await;
    assert!(waited <= Duration::from_millis(520), "{waited:?}");
}

/// Fails, or is busy, for a number of calls, and then numbers.
struct Reluctant {
    store: Arc<InMemoryStore>,
    calls: AtomicU32,
    first: fn() -> Result<Numbering, StoreError>,
}

#[async_trait]
impl EventSequencer for Reluctant {
    async fn number(&self, tenant: TenantId, at_most: u32) -> Result<Numbering, StoreError> {
        if self.calls.fetch_add(1, Ordering::Relaxed) < 3 {
            return (self.first)();
        }
        self.store.number(tenant, at_most).await
    }

    async fn waiting(&self) -> Result<Vec<WaitingEvents>, StoreError> {
        self.store.waiting().await
    }
}

async fn waits_for_reluctant(first: fn() -> Result<Numbering, StoreError>) -> Duration {
    let store = store();
    let reluctant = Reluctant {
        store: store.clone(),
        calls: AtomicU32::new(0),
        first,
    };
    let (program, tenant) = (Program::on(&store, Arc::new(reluctant)), tenant_id());
    // The first look finds nothing.
    yield_now().await;
    let (waited, ()) = tokio::join!(program.waits(tenant, 0), program.create(tenant));
    waited
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_another_program_numbers_is_tried_again_soon() {
    let waited = waits_for_reluctant(|| Ok(Numbering::Busy)).await;
    assert!(waited <= Duration::from_millis(100), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_failing_store_is_tried_again_at_each_look() {
    let waited = waits_for_reluctant(|| Err(StoreError::unavailable("gone"))).await;
    assert!(waited <= Duration::from_secs(1), "{waited:?}");
    let waited = waits_for_reluctant(|| panic!("a defect")).await;
    assert!(waited <= Duration::from_secs(1), "{waited:?}");
}

#[tokio::test]
async fn only_stored_changes_are_signalled() {
    let mut signal = MockEventSignal::new();
    signal.expect_appended().times(1).return_const(());
    let customers = SignallingCustomers::new(store(), Arc::new(signal));
    let tenant = tenant_id();
    let first = creation(profile());
    let conflict = creation(first.customer().profile().clone());
    for creation in [first, conflict] {
        let created = customers.create(tenant, creation).await;
        assert!(created.is_ok(), "{created:?}");
    }
    let waiting = timeout(Duration::from_secs(5), customers.find(tenant, wanted())).await;
    assert_eq!(waiting.unwrap(), Ok(None));
}

fn wanted() -> customers_domain::CustomerId {
    creation(profile()).customer().id()
}
