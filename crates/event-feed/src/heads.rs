use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use customers_domain::{ApiKeyId, Sequence, TenantId};
use customers_ports::HeadWatch;
use tokio::sync::watch;
use tokio::time::sleep;

/// Maximum number of reads of one key that wait. Further ones return at once.
pub const MAX_WAITS_PER_KEY: usize = 8;

/// The readers that wait for events, by tenant. Clones share their state.
///
/// Holds nothing for a tenant or a key that does not wait.
#[derive(Clone, Default)]
pub struct Heads(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    closed: watch::Sender<bool>,
}

#[derive(Default)]
struct State {
    /// The newest head that this program has learned of, for each tenant with readers that wait.
    heads: HashMap<TenantId, watch::Sender<Sequence>>,
    waits: HashMap<ApiKeyId, usize>,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            closed: watch::Sender::new(false),
        }
    }
}

impl Heads {
    /// Creates an empty registry.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends all waits, and those that come later, at once.
    pub fn close(&self) {
        self.0.closed.send_replace(true);
    }

    /// Returns the tenants that readers wait for.
    pub(crate) fn awaited(&self) -> Vec<TenantId> {
        self.state().heads.keys().copied().collect()
    }

    /// Wakes the readers of a tenant that wait for positions up to this head.
    pub(crate) fn publish(&self, tenant: TenantId, head: Sequence) {
        if let Some(sender) = self.state().heads.get(&tenant) {
            sender.send_if_modified(|known| {
                let is_newer = head > *known;
                *known = head.max(*known);
                is_newer
            });
        }
    }

    /// Counts a wait; `None` if too many of this key wait.
    fn wait(&self, tenant: TenantId, key: ApiKeyId) -> Option<Wait> {
        let mut state = self.state();
        let waits = state.waits.entry(key).or_default();
        if *waits >= MAX_WAITS_PER_KEY {
            return None;
        }
        *waits += 1;
        let head = state
            .heads
            .entry(tenant)
            .or_insert_with(|| watch::Sender::new(Sequence::START))
            .subscribe();
        Some(Wait {
            heads: self.clone(),
            tenant,
            key,
            head: Some(head),
        })
    }

    fn end(&self, tenant: TenantId, key: ApiKeyId) {
        let mut state = self.state();
        if let Entry::Occupied(mut waits) = state.waits.entry(key) {
            *waits.get_mut() -= 1;
            if *waits.get() == 0 {
                waits.remove();
            }
        }
        if let Entry::Occupied(head) = state.heads.entry(tenant)
            && head.get().is_closed()
        {
            head.remove();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reader that waits. It counts until it is dropped.
struct Wait {
    heads: Heads,
    tenant: TenantId,
    key: ApiKeyId,
    head: Option<watch::Receiver<Sequence>>,
}

impl Drop for Wait {
    fn drop(&mut self) {
        // The last receiver must be gone when the tenant is looked at.
        drop(self.head.take());
        self.heads.end(self.tenant, self.key);
    }
}

#[async_trait]
impl HeadWatch for Heads {
    async fn wait_beyond(
        &self,
        tenant: TenantId,
        key: ApiKeyId,
        after: Sequence,
        at_most: Duration,
    ) {
        let Some(mut wait) = self.wait(tenant, key) else {
            return;
        };
        let Some(head) = &mut wait.head else {
            return;
        };
        let mut closed = self.0.closed.subscribe();
        tokio::select! {
            _ = closed.wait_for(|closed| *closed) => {}
            _ = head.wait_for(|head| *head > after) => {}
            () = sleep(at_most) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use customers_test_support::builders::{api_key, tenant_id};
    use tokio::task::{JoinSet, yield_now};
    use tokio::time::{Instant, timeout};

    use super::*;

    const LONG: Duration = Duration::from_secs(30);

    fn sequence(number: u64) -> Sequence {
        Sequence::from_number(number).unwrap()
    }

    fn key_id() -> ApiKeyId {
        api_key(tenant_id()).id
    }

    /// Starts waits beyond position 7, and returns when all of them wait.
    async fn waiting(heads: &Heads, tenant: TenantId, key: ApiKeyId, count: usize) -> JoinSet<()> {
        let mut waits = JoinSet::new();
        for _ in 0..count {
            let heads = heads.clone();
            waits.spawn(async move { heads.wait_beyond(tenant, key, sequence(7), LONG).await });
        }
        while heads.state().waits.get(&key) != Some(&count) {
            yield_now().await;
        }
        waits
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_when_the_head_is_beyond_its_position() {
        let (heads, tenant) = (Heads::new(), tenant_id());
        let mut waits = waiting(&heads, tenant, key_id(), 3).await;
        assert_eq!(heads.awaited(), [tenant]);
        for head in [6, 7, 5] {
            heads.publish(tenant, sequence(head));
            heads.publish(tenant_id(), sequence(8));
        }
        let early = timeout(Duration::from_secs(1), waits.join_next()).await;
        assert!(early.is_err(), "a wait ended without an event");
        heads.publish(tenant, sequence(8));
        let all = timeout(Duration::from_secs(1), waits.join_all()).await;
        all.expect("an event ends the waits");
        assert!(heads.awaited().is_empty());
        assert!(heads.state().waits.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_after_its_time() {
        let heads = Heads::new();
        let started = Instant::now();
        heads
            .wait_beyond(tenant_id(), key_id(), Sequence::START, LONG)
            .await;
        assert_eq!(started.elapsed(), LONG);
        assert!(heads.awaited().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_ninth_wait_of_a_key_returns_at_once() {
        let (heads, tenant, key) = (Heads::new(), tenant_id(), key_id());
        let mut waits = waiting(&heads, tenant, key, MAX_WAITS_PER_KEY).await;
        let started = Instant::now();
        heads.wait_beyond(tenant, key, sequence(7), LONG).await;
        assert_eq!(started.elapsed(), Duration::ZERO);
        drop(waiting(&heads, tenant, key_id(), 1).await);
        waits.abort_all();
        while waits.join_next().await.is_some() {}
        assert!(!heads.state().waits.contains_key(&key));
        drop(waiting(&heads, tenant, key, 1).await);
    }

    #[tokio::test(start_paused = true)]
    async fn closing_ends_waits_and_those_that_come_later() {
        let (heads, tenant) = (Heads::new(), tenant_id());
        let waits = waiting(&heads, tenant, key_id(), 8).await;
        let started = Instant::now();
        heads.close();
        waits.join_all().await;
        heads.wait_beyond(tenant, key_id(), sequence(7), LONG).await;
        assert_eq!(started.elapsed(), Duration::ZERO);
    }
}
