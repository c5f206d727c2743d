//! The way to the end: serving, draining, closed.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use tokio::sync::Notify;

const DRAINING: u8 = 1;
const CLOSED: u8 = 2;

/// Tells [`serve`](super::serve), and whoever answers for readiness, that the end is near. All clones are one.
#[derive(Debug, Clone, Default)]
pub struct Drain(Arc<State>);

#[derive(Debug, Default)]
struct State {
    stage: AtomicU8,
    closed: Notify,
}

impl Drain {
    /// A server that is serving.
    pub fn new() -> Self {
        Self::default()
    }

    /// From here on the program is not ready, and every answer says `Connection: close`. Requests and connections
    /// are accepted as ever, so that whoever still sends some, not knowing, gets an answer.
    pub fn begin(&self) {
        self.0.stage.fetch_max(DRAINING, Ordering::Release);
    }

    /// Closes the listener and idle connections; running requests finish. Begins the draining where it has not begun.
    pub fn close(&self) {
        self.0.stage.fetch_max(CLOSED, Ordering::Release);
        self.0.closed.notify_waiters();
    }

    /// Whether draining has begun: the program should call itself not ready.
    pub fn is_draining(&self) -> bool {
        self.0.stage.load(Ordering::Acquire) >= DRAINING
    }

    /// Waits for [`close`](Self::close).
    pub(super) async fn closed(&self) {
        loop {
            let told = self.0.closed.notified();
            if self.0.stage.load(Ordering::Acquire) >= CLOSED {
                return;
            }
            told.await;
        }
    }
}
