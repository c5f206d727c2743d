//! Monitors the server on a separate connection, with one task for each [`Database`].
//!
//! The task reads the server's sessions on request, while abandoned connections may still have a backend, and every few
//! seconds. From the sessions it determines whether the server can be reached and written to, which connections are
//! dead, and which slots of the pool are free again.
//!
//! [`Database`]: crate::Database

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until, timeout};

use crate::failure::Failure;
use crate::pool::Pool;
use crate::sessions::Sessions;
use watcher::Watcher;

mod watcher;

/// Maximum pause between two rounds.
const TICK: Duration = Duration::from_secs(1);
/// Pauses while backends of abandoned connections exist. The pause starts at the shortest and doubles up to the
/// longest.
const MIN_PAUSE: Duration = Duration::from_millis(20);
const MAX_PAUSE: Duration = Duration::from_millis(250);
/// Interval of checks without a request.
const CHECK_INTERVAL: Duration = Duration::from_secs(5);

/// A handle of the task. Clones share the task.
#[derive(Clone)]
pub(crate) struct Monitor {
    shared: Arc<Shared>,
}

struct Shared {
    latest: watch::Sender<Option<Reading>>,
    wake: Arc<Notify>,
    is_running: AtomicBool,
    is_asked: AtomicBool,
    reconnects: AtomicBool,
}

/// A reading of the server's sessions.
struct Reading {
    began: Instant,
    outcome: Result<Arc<Sessions>, Failure>,
}

impl Monitor {
    pub(crate) fn of(pool: &Pool) -> Self {
        Self {
            shared: Arc::new(Shared {
                latest: watch::Sender::default(),
                wake: pool.changed(),
                is_running: AtomicBool::new(false),
                is_asked: AtomicBool::new(false),
                reconnects: AtomicBool::new(false),
            }),
        }
    }

    /// Starts the task unless it is running. It ends with the pool and with the runtime.
    pub(crate) fn start(&self, pool: &Arc<Pool>) {
        if !self.shared.is_running.swap(true, Ordering::SeqCst) {
            let running = Running(Arc::clone(&self.shared));
            tokio::spawn(run(running, Arc::downgrade(pool)));
        }
    }

    /// Returns the sessions as of a time after this call. Concurrent calls share a reading. The caller sets the
    /// timeout.
    pub(crate) async fn look(&self) -> Result<Arc<Sessions>, Failure> {
        let asked = Instant::now();
        let mut looks = self.shared.latest.subscribe();
        self.shared.is_asked.store(true, Ordering::SeqCst);
        self.shared.wake.notify_one();
        let fresh = |look: &Option<Reading>| look.as_ref().is_some_and(|look| look.began >= asked);
        let look = looks.wait_for(fresh).await.map_err(|_| Failure::closed())?;
        look.as_ref()
            .map_or_else(|| Err(Failure::closed()), |look| look.outcome.clone())
    }

    /// Makes the next reading use a new connection, which reaches the current server. If the server is known to be
    /// read-only, every reading does so.
    pub(crate) fn reconnect(&self) {
        let is_known = self.shared.latest.borrow().as_ref().is_some_and(|look| {
            let sessions = look.outcome.as_ref();
            sessions.is_ok_and(|sessions| sessions.is_read_only())
        });
        if !is_known {
            self.shared.reconnects.store(true, Ordering::SeqCst);
            self.shared.is_asked.store(true, Ordering::SeqCst);
            self.shared.wake.notify_one();
        }
    }
}

/// Held by the task while it runs, so that another one can be started afterwards.
struct Running(Arc<Shared>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.is_running.store(false, Ordering::SeqCst);
    }
}

async fn run(running: Running, pool: Weak<Pool>) {
    let shared = &running.0;
    let mut watcher = Watcher::default();
    let mut pause = TICK;
    let mut began = Instant::now();
    let mut next_routine = began + CHECK_INTERVAL;
    loop {
        let is_woken = timeout(pause, shared.wake.notified()).await.is_ok();
        let Some(pool) = pool.upgrade() else {
            return;
        };
        pool.close_expired();
        let is_asked = shared.is_asked.swap(false, Ordering::SeqCst);
        if !is_asked && !pool.has_abandoned() && Instant::now() < next_routine {
            pause = TICK;
            continue;
        }
        if shared.reconnects.swap(false, Ordering::SeqCst) {
            watcher.reconnect();
        }
        if !is_asked {
            // Many calls can be cancelled at once.
            sleep_until(began + MIN_PAUSE).await;
        }
        began = Instant::now();
        let outcome = look(&mut watcher, &pool, began).await;
        let is_read_only = outcome
            .as_ref()
            .is_ok_and(|sessions| sessions.is_read_only());
        shared.latest.send_replace(Some(Reading { began, outcome }));
        next_routine = Instant::now() + if is_read_only { TICK } else { CHECK_INTERVAL };
        pause = match pool.has_abandoned() {
            true if is_woken => MIN_PAUSE,
            true => MAX_PAUSE.min(pause * 2),
            false => TICK,
        };
    }
}

/// Reads the sessions and updates the pool accordingly.
async fn look(
    watcher: &mut Watcher,
    pool: &Arc<Pool>,
    began: Instant,
) -> Result<Arc<Sessions>, Failure> {
    let sessions = match watcher.look(pool.connector()).await {
        Ok(sessions) => sessions,
        Err(failure) => {
            pool.fail_waiting(&failure, began);
            return Err(failure);
        }
    };
    pool.settle(&sessions, began);
    if sessions.is_read_only() {
        // The next connections reach the server that has replaced this one.
        pool.forget_all();
        watcher.reconnect();
    }
    let idle = pool.abandoned().into_iter();
    let idle = idle.filter(|backend| sessions.is_idle(*backend));
    watcher.end_idle(idle.collect(), &sessions).await;
    Ok(Arc::new(sessions))
}
