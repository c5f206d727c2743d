use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::Pool;
use super::lease::Pooled;
use crate::failure::Failure;

/// What a call can get from the pool.
pub(super) enum Unit {
    Connection(Pooled),
    /// The right to open a connection.
    Slot,
}

/// A unit on its way to a call. It goes to the next one if that call is gone.
pub(super) struct Granted {
    pool: Arc<Pool>,
    unit: Option<Unit>,
}

impl Granted {
    pub(super) fn new(pool: &Arc<Pool>, unit: Unit) -> Self {
        Self {
            pool: Arc::clone(pool),
            unit: Some(unit),
        }
    }

    pub(super) fn into_unit(mut self) -> Unit {
        self.unit.take().unwrap_or(Unit::Slot)
    }
}

impl Drop for Granted {
    fn drop(&mut self) {
        if let Some(unit) = self.unit.take() {
            self.pool.hand_over(unit);
        }
    }
}

pub(super) type Granting = oneshot::Receiver<Result<Granted, Failure>>;

/// A call that waits.
pub(super) struct Waiter {
    joined: Instant,
    grant: oneshot::Sender<Result<Granted, Failure>>,
}

impl Waiter {
    /// Ends the wait, or returns what is granted if the call is gone.
    pub(super) fn grant(self, granted: Granted) -> Result<(), Granted> {
        match self.grant.send(Ok(granted)) {
            Ok(()) | Err(Err(_)) => Ok(()),
            Err(Ok(granted)) => Err(granted),
        }
    }

    pub(super) fn fail(self, failure: Failure) {
        // A call that is gone misses nothing.
        let _ = self.grant.send(Err(failure));
    }
}

/// The calls that wait, the longest first.
#[derive(Default)]
pub(super) struct Queue {
    waiters: VecDeque<Waiter>,
}

impl Queue {
    pub(super) fn join(&mut self) -> Granting {
        // All wait about equally long, so those that gave up are at the front.
        while self
            .waiters
            .front()
            .is_some_and(|first| first.grant.is_closed())
        {
            self.waiters.pop_front();
        }
        let (grant, granting) = oneshot::channel();
        self.waiters.push_back(Waiter {
            joined: Instant::now(),
            grant,
        });
        granting
    }

    pub(super) fn next(&mut self) -> Option<Waiter> {
        self.waiters.pop_front()
    }

    pub(super) fn take_joined_before(&mut self, moment: Instant) -> Vec<Waiter> {
        let later = self.waiters.iter().position(|one| one.joined >= moment);
        let count = later.unwrap_or(self.waiters.len());
        self.waiters.drain(..count).collect()
    }

    pub(super) fn len(&self) -> usize {
        let waiting = self.waiters.iter().filter(|one| !one.grant.is_closed());
        waiting.count()
    }
}
