//! A pool with a maximum number of connections. A connection counts until its backend is known to be gone.
//!
//! A connection takes a *slot* before it is opened, and keeps it after it was abandoned. A closed socket does not mean
//! that the backend is gone: it may still wait for a lock or for a standby. The [monitor](crate::monitor) detects when
//! the backend is gone.

mod abandoned;
mod lease;
mod queue;

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::connection::Connector;
use crate::failure::Failure;
use crate::sessions::{Backend, Sessions};
use crate::write_limit::WritePermit;
use abandoned::Abandoned;
pub(crate) use lease::Lease;
use lease::{Pooled, Slot};
use queue::{Granted, Queue, Unit};

/// Maximum idle time of a connection. It is shorter than the timeouts of load balancers and firewalls.
const IDLE_LIMIT: Duration = Duration::from_mins(2);
/// Maximum age of a connection, so that copies of the program spread over the servers again. Each connection gets up to
/// a fifth less, at random.
const LIFETIME: Duration = Duration::from_mins(30);

/// Connections of one database.
pub(crate) struct Pool {
    connector: Connector,
    max: usize,
    state: Mutex<State>,
    /// Notified when a connection is abandoned, and when the pool is dropped.
    changed: Arc<Notify>,
}

#[derive(Default)]
struct State {
    /// In order of last use.
    idle: Vec<Pooled>,
    /// Slots in use: by idle and leased connections, and by those that are being opened or were abandoned.
    taken: usize,
    queue: Queue,
    abandoned: Vec<Abandoned>,
    /// Connections of an earlier generation are not reused.
    generation: u64,
}

/// Number of connections in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) idle: usize,
    pub(crate) taken: usize,
    pub(crate) abandoned: usize,
    pub(crate) waiting: usize,
}

impl Pool {
    pub(crate) fn new(connector: Connector, max: usize) -> Self {
        Self {
            connector,
            max: max.max(1),
            state: Mutex::default(),
            changed: Arc::default(),
        }
    }

    pub(crate) const fn connector(&self) -> &Connector {
        &self.connector
    }

    pub(crate) const fn max(&self) -> usize {
        self.max
    }

    /// Returns the notification of abandoned connections and of the end of the pool.
    pub(crate) fn changed(&self) -> Arc<Notify> {
        Arc::clone(&self.changed)
    }

    pub(crate) fn counts(&self) -> Counts {
        let state = self.state();
        Counts {
            idle: state.idle.len(),
            taken: state.taken,
            abandoned: state.abandoned.len(),
            waiting: state.queue.len(),
        }
    }

    /// Waits for a connection, in order of arrival. The caller sets the timeout.
    pub(crate) async fn lease(
        self: &Arc<Self>,
        write: Option<WritePermit>,
    ) -> Result<Lease, Failure> {
        let reserved = self.reserve();
        let granted = match reserved {
            Ok(unit) => Granted::new(self, unit),
            Err(granting) => granting.await.unwrap_or_else(|_| Err(Failure::closed()))?,
        };
        match granted.into_unit() {
            Unit::Connection(pooled) => Ok(Lease::of(self, pooled, write)),
            Unit::Slot => Slot::of(self, write).open().await,
        }
    }

    /// Takes an idle connection, a free slot, or a position in the queue.
    fn reserve(&self) -> Result<Unit, queue::GrantReceiver> {
        let mut state = self.state();
        if let Some(pooled) = state.idle.pop() {
            return Ok(Unit::Connection(pooled));
        }
        if state.taken < self.max {
            state.taken += 1;
            return Ok(Unit::Slot);
        }
        let granting = state.queue.join();
        if !state.abandoned.is_empty() {
            self.changed.notify_one();
        }
        Err(granting)
    }

    /// Passes a connection or a slot to the first waiter, or keeps it.
    fn pass_on(self: &Arc<Self>, mut unit: Unit) {
        loop {
            let waiter = {
                let mut state = self.state();
                let Some(waiter) = state.queue.next() else {
                    match unit {
                        Unit::Connection(pooled) => state.idle.push(pooled),
                        Unit::Slot => state.taken = state.taken.saturating_sub(1),
                    }
                    return;
                };
                waiter
            };
            match waiter.grant(Granted::new(self, unit)) {
                Ok(()) => return,
                Err(granted) => unit = granted.into_unit(),
            }
        }
    }

    /// Takes a connection back from its lease.
    fn take_back(self: &Arc<Self>, pooled: Pooled, write: Option<WritePermit>) {
        let is_current = pooled.generation == self.state().generation;
        if is_current && pooled.connection.is_open() && Instant::now() < pooled.expires {
            self.pass_on(Unit::Connection(pooled));
        } else {
            self.abandon(pooled.connection.backend(), write);
        }
    }

    /// Continues to count a connection that was dropped.
    fn abandon(&self, backend: Option<Backend>, write: Option<WritePermit>) {
        self.state().abandoned.push(Abandoned::new(backend, write));
        self.changed.notify_one();
    }

    /// Closes every connection of this generation and of earlier ones. Leased connections are closed on return.
    pub(crate) fn forget(&self, generation: u64) {
        let forgotten = {
            let mut state = self.state();
            if generation < state.generation {
                return;
            }
            state.generation = generation + 1;
            let forgotten = mem::take(&mut state.idle);
            state.abandon_all(&forgotten);
            forgotten
        };
        drop(forgotten);
        self.changed.notify_one();
    }

    /// Closes every connection. Leased connections are closed on return.
    pub(crate) fn forget_all(&self) {
        let generation = self.state().generation;
        self.forget(generation);
    }

    /// Closes connections that have exceeded their idle time or age.
    pub(crate) fn close_expired(&self) {
        let expired = {
            let mut state = self.state();
            let now = Instant::now();
            let idle = mem::take(&mut state.idle);
            let (expired, idle): (Vec<_>, _) = idle.into_iter().partition(|pooled| {
                now >= pooled.expires || now >= pooled.connection.idle_since() + IDLE_LIMIT
            });
            state.idle = idle;
            state.abandon_all(&expired);
            expired
        };
        drop(expired);
    }

    /// Frees the slots of abandoned connections whose backends are not among the sessions, which were read after
    /// `began`.
    pub(crate) fn settle(self: &Arc<Self>, sessions: &Sessions, began: Instant) {
        let gone = {
            let mut state = self.state();
            let abandoned = mem::take(&mut state.abandoned);
            let (gone, abandoned): (Vec<_>, _) = abandoned
                .into_iter()
                .partition(|one| one.is_gone(sessions, began));
            state.abandoned = abandoned;
            gone
        };
        for one in gone {
            drop(one);
            self.pass_on(Unit::Slot);
        }
    }

    /// Returns the backends of abandoned connections.
    pub(crate) fn abandoned(&self) -> Vec<Backend> {
        let state = self.state();
        let backends = state.abandoned.iter().map(|one| one.backend);
        backends.flatten().collect()
    }

    pub(crate) fn has_abandoned(&self) -> bool {
        !self.state().abandoned.is_empty()
    }

    /// If every connection was abandoned, fails the calls that have waited since before `began`, because it is unknown
    /// when a slot becomes free.
    pub(crate) fn fail_waiting(&self, failure: &Failure, began: Instant) {
        let failed = {
            let mut state = self.state();
            if state.abandoned.len() < state.taken {
                return;
            }
            state.queue.take_joined_before(began)
        };
        for waiter in failed {
            waiter.fail(failure.clone());
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code panics while it holds the lock, so the state is consistent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn abandon_all(&mut self, connections: &[Pooled]) {
        let abandoned = connections
            .iter()
            .map(|pooled| Abandoned::new(pooled.connection.backend(), None));
        self.abandoned.extend(abandoned);
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.changed.notify_one();
    }
}
