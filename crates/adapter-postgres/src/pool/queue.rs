use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::Pool;
use super::lease::Pooled;
use crate::failure::Failure;

/// What the pool grants to a call.
pub(super) enum Unit {
    Connection(Pooled),
    /// Permission to open a connection.
    Slot,
}

/// A unit on its way to a call. If the call is gone, it goes to the next one.
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
            self.pool.pass_on(unit);
        }
    }
}

pub(super) type GrantReceiver = oneshot::Receiver<Result<Granted, Failure>>;

/// A waiting call.
pub(super) struct Waiter {
    joined: Instant,
    grant: oneshot::Sender<Result<Granted, Failure>>,
}

impl Waiter {
    /// Ends the wait, or returns the grant if the call is gone.
    pub(super) fn grant(self, granted: Granted) -> Result<(), Granted> {
        match self.grant.send(Ok(granted)) {
            Ok(()) | Err(Err(_)) => Ok(()),
            Err(Ok(granted)) => Err(granted),
        }
    }

    pub(super) fn fail(self, failure: Failure) {
        // If the call is gone, the failure is dropped.
        let _ = self.grant.send(Err(failure));
    }
}

/// Waiting calls, in order of arrival.
#[derive(Default)]
pub(super) struct Queue {
    waiters: VecDeque<Waiter>,
}

impl Queue {
    pub(super) fn join(&mut self) -> GrantReceiver {
        // All calls wait about equally long, so those that gave up are at the front.
        while self
            .waiters
            .front()
            .is_some_and(|first| first.grant.is_closed())
        {
            self.waiters.pop_front();
        }
        let (grant, receiver) = oneshot::channel();
        self.waiters.push_back(Waiter {
            joined: Instant::now(),
            grant,
        });
        receiver
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
