//! Bytes that all keys share.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use customers_domain::{ApiKeyId, TenantId};
use customers_use_cases::Caller;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// How long a request waits for its share.
pub(super) const WAIT: Duration = Duration::from_secs(2);

/// A number of bytes, shared between keys so that none can take all of it.
///
/// A share is granted if the bytes in use, those that the tenant holds, those that the key holds and the share itself add
/// up to no more than the pool. A key alone can thus take about a third of the pool, and all keys of one tenant about
/// half; the next tenant can take the same part of what is left, and so on. A key whose tenant holds nothing gets any
/// share that fits into what is left at once.
///
/// Whoever holds a share can take more by [`FairPool::take_more`], which goes by the bytes in use alone: work that has
/// begun is then seldom in vain.
pub(super) struct FairPool {
    bytes: usize,
    state: Mutex<State>,
}

/// A part of a pool, returned when it is dropped.
pub(super) struct Share {
    pool: Arc<FairPool>,
    caller: Caller,
    bytes: usize,
}

#[derive(Default)]
struct State {
    used: usize,
    tenants: HashMap<TenantId, usize>,
    keys: HashMap<ApiKeyId, usize>,
    /// In the order in which they came.
    waiting: VecDeque<Waiting>,
}

struct Waiting {
    caller: Caller,
    bytes: usize,
    rule: Rule,
    granted: oneshot::Sender<Share>,
}

/// When a share is granted.
#[derive(Clone, Copy)]
enum Rule {
    /// If it leaves enough for others.
    Fair,
    /// If the pool has as much left.
    Fits,
}

impl FairPool {
    pub(super) fn new(bytes: usize) -> Self {
        Self {
            bytes,
            state: Mutex::default(),
        }
    }

    /// Takes a share, at once if it can be granted. `None` if it cannot be for too long.
    pub(super) async fn take(self: &Arc<Self>, caller: Caller, bytes: usize) -> Option<Share> {
        self.take_by(Rule::Fair, caller, bytes).await
    }

    /// Takes a further share for what has begun under another one.
    pub(super) async fn take_more(self: &Arc<Self>, caller: Caller, bytes: usize) -> Option<Share> {
        self.take_by(Rule::Fits, caller, bytes).await
    }

    async fn take_by(self: &Arc<Self>, rule: Rule, caller: Caller, bytes: usize) -> Option<Share> {
        let (granted, grant) = oneshot::channel();
        {
            let mut state = self.state();
            if state.allows(self.bytes, rule, caller, bytes) {
                state.add(caller, bytes);
                return Some(self.share(caller, bytes));
            }
            state.waiting.retain(|other| !other.granted.is_closed());
            state.waiting.push_back(Waiting {
                caller,
                bytes,
                rule,
                granted,
            });
        }
        // Whoever stops waiting drops its end of the channel, and is passed over.
        timeout(WAIT, grant).await.ok()?.ok()
    }

    /// The key that holds the most, and how many bytes.
    pub(super) fn greatest_holder(&self) -> Option<(ApiKeyId, usize)> {
        let state = self.state();
        let greatest = state.keys.iter().max_by_key(|(_, held)| **held);
        greatest.map(|(key, held)| (*key, *held))
    }

    fn release(self: &Arc<Self>, caller: Caller, bytes: usize) {
        let mut state = self.state();
        state.remove(caller, bytes);
        let granted = state.grant_waiting(self.bytes);
        drop(state);
        // Without the lock: a share whose waiter has just gone is dropped here.
        for waiting in granted {
            let share = self.share(waiting.caller, waiting.bytes);
            let _ = waiting.granted.send(share);
        }
    }

    fn share(self: &Arc<Self>, caller: Caller, bytes: usize) -> Share {
        Share {
            pool: Arc::clone(self),
            caller,
            bytes,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    /// Returns all but so many bytes.
    pub(super) fn shrink(&mut self, bytes: usize) {
        let surplus = self.bytes.saturating_sub(bytes);
        self.bytes -= surplus;
        self.pool.release(self.caller, surplus);
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.pool.release(self.caller, self.bytes);
    }
}

impl State {
    fn allows(&self, pool: usize, rule: Rule, caller: Caller, bytes: usize) -> bool {
        let weight = match rule {
            Rule::Fits => self.used,
            Rule::Fair => {
                let of_tenant = self.tenants.get(&caller.tenant_id).copied();
                let of_key = self.keys.get(&caller.api_key_id).copied();
                self.used + of_tenant.unwrap_or_default() + of_key.unwrap_or_default()
            }
        };
        weight.saturating_add(bytes) <= pool
    }

    fn add(&mut self, caller: Caller, bytes: usize) {
        self.used += bytes;
        *self.tenants.entry(caller.tenant_id).or_default() += bytes;
        *self.keys.entry(caller.api_key_id).or_default() += bytes;
    }

    /// Takes a share back. Only those who hold something stay in the maps.
    fn remove(&mut self, caller: Caller, bytes: usize) {
        self.used -= bytes;
        subtract(&mut self.tenants, caller.tenant_id, bytes);
        subtract(&mut self.keys, caller.api_key_id, bytes);
    }

    /// Takes out of the queue, in its order, all whose shares are allowed now, and those who have gone. A large share
    /// that has to wait does not hold up a small one.
    fn grant_waiting(&mut self, pool: usize) -> Vec<Waiting> {
        let mut granted = Vec::new();
        for waiting in std::mem::take(&mut self.waiting) {
            if waiting.granted.is_closed() {
                continue;
            }
            if self.allows(pool, waiting.rule, waiting.caller, waiting.bytes) {
                self.add(waiting.caller, waiting.bytes);
                granted.push(waiting);
            } else {
                self.waiting.push_back(waiting);
            }
        }
        granted
    }
}

fn subtract<K: std::hash::Hash + Eq>(held: &mut HashMap<K, usize>, key: K, bytes: usize) {
    if let std::collections::hash_map::Entry::Occupied(mut entry) = held.entry(key) {
        *entry.get_mut() -= bytes;
        if *entry.get() == 0 {
            entry.remove();
        }
    }
}
