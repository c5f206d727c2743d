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
    changed: Notify,
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
        self.0.changed.notify_waiters();
    }

    /// Closes the listener and idle connections. Requests in flight finish. Starts draining if it has not started.
    pub fn close(&self) {
        self.0.stage.fetch_max(CLOSED, Ordering::Release);
        self.0.changed.notify_waiters();
    }

    /// Returns whether draining has started, in which case the program is not ready.
    pub fn is_draining(&self) -> bool {
        self.0.stage.load(Ordering::Acquire) >= DRAINING
    }

    /// Waits for [`begin`](Self::begin) or [`close`](Self::close).
    pub async fn begun(&self) {
        self.reached(DRAINING).await;
    }

    /// Waits for [`close`](Self::close).
    pub(super) async fn closed(&self) {
        self.reached(CLOSED).await;
    }

    async fn reached(&self, stage: u8) {
        loop {
            let notified = self.0.changed.notified();
            if self.0.stage.load(Ordering::Acquire) >= stage {
                return;
            }
            notified.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_stage_wakes_those_that_wait_for_it() {
        let drain = Drain::new();
        let (begun, closed) = (drain.clone(), drain.clone());
        let begun = tokio::spawn(async move { begun.begun().await });
        let closed = tokio::spawn(async move { closed.closed().await });
        tokio::task::yield_now().await;
        drain.begin();
        begun.await.unwrap();
        assert!(!closed.is_finished());
        drain.close();
        closed.await.unwrap();
        drain.begun().await;
    }
}
