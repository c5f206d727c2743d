//! A number of bytes that all keys share.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use customers_domain::{ApiKeyId, TenantId};
use customers_use_cases::Caller;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// Maximum time that a request waits for its share.
pub(super) const WAIT_TIMEOUT: Duration = Duration::from_secs(2);

/// A number of bytes that keys share, so that no key can take all of it.
///
/// A share is granted if the sum of the bytes in use, the bytes of the tenant, the bytes of the key and the share
/// itself is at most the size of the pool. Thus one key can take about a third of the pool, and all keys of one tenant
/// about half. The next tenant can take the same part of the rest, and so on. A key whose tenant holds nothing gets any
/// share that fits into the rest at once.
///
/// The holder of a share can take more with [`FairPool::take_more`], which checks only the bytes in use, so that work
/// in progress rarely fails.
pub(super) struct FairPool {
    bytes: usize,
    state: Mutex<State>,
}

/// A part of a pool. It returns to the pool when it is dropped.
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
    /// In order of arrival.
    pending: VecDeque<PendingShare>,
}

struct PendingShare {
    caller: Caller,
    bytes: usize,
    rule: Rule,
    granted: oneshot::Sender<Share>,
}

/// Condition under which a share is granted.
#[derive(Clone, Copy)]
enum Rule {
    /// The share leaves enough for other keys.
    Fair,
    /// The share fits into the rest of the pool.
    Fits,
}

impl FairPool {
    pub(super) fn new(bytes: usize) -> Self {
        Self {
            bytes,
            state: Mutex::default(),
        }
    }

    /// Takes a share. Waits if it cannot be granted at once, and returns `None` after [`WAIT_TIMEOUT`].
    pub(super) async fn take(self: &Arc<Self>, caller: Caller, bytes: usize) -> Option<Share> {
        self.take_by(Rule::Fair, caller, bytes).await
    }

    /// Takes a further share for work that holds one already.
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
            state.pending.retain(|other| !other.granted.is_closed());
            state.pending.push_back(PendingShare {
                caller,
                bytes,
                rule,
                granted,
            });
        }
        // A waiting call that gives up closes its end of the channel and is skipped.
        timeout(WAIT_TIMEOUT, grant).await.ok()?.ok()
    }

    /// Returns the key that holds the most bytes, and their number.
    pub(super) fn greatest_holder(&self) -> Option<(ApiKeyId, usize)> {
        let state = self.state();
        let greatest = state.keys.iter().max_by_key(|(_, held)| **held);
        greatest.map(|(key, held)| (*key, *held))
    }

    fn release(self: &Arc<Self>, caller: Caller, bytes: usize) {
        let mut state = self.state();
        state.remove(caller, bytes);
        let granted = state.grant_waiters(self.bytes);
        drop(state);
        // After unlocking: a share whose call has just given up is dropped here, which locks the state.
        for pending in granted {
            let share = self.share(pending.caller, pending.bytes);
            let _ = pending.granted.send(share);
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
    /// Returns all but `bytes` to the pool.
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

    /// Takes a share back. The maps hold only keys and tenants with a share.
    fn remove(&mut self, caller: Caller, bytes: usize) {
        self.used -= bytes;
        subtract(&mut self.tenants, caller.tenant_id, bytes);
        subtract(&mut self.keys, caller.api_key_id, bytes);
    }

    /// Removes the pending shares that can be granted now, in order of arrival, and those that have given up. A large
    /// share that has to wait does not delay a small one.
    fn grant_waiters(&mut self, pool: usize) -> Vec<PendingShare> {
        let mut granted = Vec::new();
        for pending in std::mem::take(&mut self.pending) {
            if pending.granted.is_closed() {
                continue;
            }
            if self.allows(pool, pending.rule, pending.caller, pending.bytes) {
                self.add(pending.caller, pending.bytes);
                granted.push(pending);
            } else {
                self.pending.push_back(pending);
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
