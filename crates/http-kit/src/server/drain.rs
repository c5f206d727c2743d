//! The stages of a shutdown: serving, draining, closed.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use tokio::sync::Notify;

const DRAINING: u8 = 1;
const CLOSED: u8 = 2;

/// Controls the shutdown of [`serve`](super::serve) and of the readiness check. Clones share their state.
#[derive(Debug, Clone, Default)]
pub struct Drain(Arc<State>);

#[derive(Debug, Default)]
struct State {
    stage: AtomicU8,
    closed: Notify,
}

impl Drain {
    /// Creates the handle of a serving server.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts draining. The readiness check fails, and every response has `Connection: close`. Requests and connections
    /// are still accepted, because clients need time to notice.
    pub fn begin(&self) {
        self.0.stage.fetch_max(DRAINING, Ordering::Release);
    }

    /// Closes the listener and idle connections. Requests in flight finish. Starts draining if it has not started.
    pub fn close(&self) {
        self.0.stage.fetch_max(CLOSED, Ordering::Release);
        self.0.closed.notify_waiters();
    }

    /// Returns whether draining has started, in which case the program is not ready.
    pub fn is_draining(&self) -> bool {
        self.0.stage.load(Ordering::Acquire) >= DRAINING
    }

    /// Waits for [`close`](Self::close).
    pub(super) async fn closed(&self) {
        loop {
            let notified = self.0.closed.notified();
            if self.0.stage.load(Ordering::Acquire) >= CLOSED {
                return;
            }
            notified.await;
        }
    }
}
