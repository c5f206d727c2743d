//! A bounded number of connections, each of which counts until its backend is known to be gone.
//!
//! A connection takes a *slot* from before it is opened. It keeps the slot after it was given up: a
//! socket that is closed here says nothing about the backend behind it, which may still wait for a
//! lock or for a standby. The [monitor](crate::monitor) finds out when the backend is gone.

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

/// How long a connection may be idle: less than load balancers and firewalls remember it.
const IDLE_LIMIT: Duration = Duration::from_mins(2);
/// How long a connection is used, so that copies of the program spread over servers again. Up to a
/// fifth of it is taken off by chance.
const LIFETIME: Duration = Duration::from_mins(30);

/// The connections of one database.
pub(crate) struct Pool {
    connector: Connector,
    max: usize,
    state: Mutex<State>,
    /// Notified when a connection was given up, and when the pool goes away.
    changed: Arc<Notify>,
}

#[derive(Default)]
struct State {
    /// The most recently used one last.
    idle: Vec<Pooled>,
    /// Slots in use: by idle and leased connections, by those that are being opened or were given up.
    taken: usize,
    queue: Queue,
    abandoned: Vec<Abandoned>,
    /// Connections of an earlier generation are not used again.
    generation: u64,
}

/// The number of connections in each state.
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

    /// Notified when a connection was given up, and when the pool goes away.
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

    /// Waits for a connection, first come, first served. The caller sets the limit.
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

    /// Takes an idle connection or a free slot, or a place in the queue.
    fn reserve(&self) -> Result<Unit, queue::Granting> {
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

    /// Passes a connection or a slot on to who waits longest, or keeps it.
    fn hand_over(self: &Arc<Self>, mut unit: Unit) {
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
            self.hand_over(Unit::Connection(pooled));
        } else {
            self.abandon(pooled.connection.backend(), write);
        }
    }

    /// Goes on counting a connection that nobody has any more.
    fn abandon(&self, backend: Option<Backend>, write: Option<WritePermit>) {
        self.state().abandoned.push(Abandoned::new(backend, write));
        self.changed.notify_one();
    }

    /// Closes every connection of that generation and of earlier ones, those in use on their return.
    pub(crate) fn forget(&self, generation: u64) {
        let forgotten = {
            let mut state = self.state();
            if generation < state.generation {
                return;
            }
            state.generation = generation + 1;
            let forgotten = mem::take(&mut state.idle);
            state.give_up(&forgotten);
            forgotten
        };
        drop(forgotten);
        self.changed.notify_one();
    }

    /// Closes every connection, those in use on their return.
    pub(crate) fn forget_all(&self) {
        let generation = self.state().generation;
        self.forget(generation);
    }

    /// Closes the connections that have been idle or open for too long.
    pub(crate) fn close_expired(&self) {
        let expired = {
            let mut state = self.state();
            let now = Instant::now();
            let idle = mem::take(&mut state.idle);
            let (expired, idle): (Vec<_>, _) = idle.into_iter().partition(|pooled| {
                now >= pooled.expires || now >= pooled.connection.idle_since() + IDLE_LIMIT
            });
            state.idle = idle;
            state.give_up(&expired);
            expired
        };
        drop(expired);
    }

    /// Frees the slots whose backends the sessions, as they were after `began`, no longer hold.
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
            self.hand_over(Unit::Slot);
        }
    }

    /// The backends of connections that were given up.
    pub(crate) fn abandoned(&self) -> Vec<Backend> {
        let state = self.state();
        let backends = state.abandoned.iter().map(|one| one.backend);
        backends.flatten().collect()
    }

    pub(crate) fn has_abandoned(&self) -> bool {
        !self.state().abandoned.is_empty()
    }

    /// Where every connection was given up, fails those that began to wait before `began`: nobody can
    /// tell when a slot is free again.
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
        // Nothing panics while it holds the lock, and nothing is ever half done there.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn give_up(&mut self, connections: &[Pooled]) {
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
