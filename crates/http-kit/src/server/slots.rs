//! The table of connections. It has one slot for each possible connection, with the phase in an atomic word.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::Waker,
    time::Instant,
};

use customers_metrics::ConnectionMetrics;
use tokio::{sync::Notify, task::AbortHandle};
use tracing::debug;

use super::{
    Limits,
    deadlines::{Deadlines, millis},
    drain::Drain,
    phase::{PackedPhase, Phase},
    slot::Slot,
};

/// Time in milliseconds after which a connection in a body or response can be evicted.
const EVICTABLE_AFTER: u64 = 1000;

/// All connections. The words are contiguous in memory, so that a scan of all of them takes microseconds.
pub(super) struct Slots {
    states: Box<[SlotState]>,
    allocator: Mutex<Allocator>,
    released: Notify,
    started: Instant,
    unread_body_bytes: u64,
    drain: Drain,
    connections: ConnectionMetrics,
}

/// State of one slot.
#[derive(Default)]
pub(super) struct SlotState {
    word: AtomicU64,
    /// The task that waits for the next phase: for a body that may time out, or for the next request.
    waiter: Mutex<Option<Waker>>,
}

struct Allocator {
    free: Vec<usize>,
    tasks: Box<[Option<AbortHandle>]>,
}

impl Slots {
    pub(super) fn new(limits: &Limits, drain: Drain, connections: ConnectionMetrics) -> Arc<Self> {
        let count = limits.max_connections.max(1);
        connections.set_max(count);
        Arc::new(Self {
            states: (0..count).map(|_| SlotState::default()).collect(),
            allocator: Mutex::new(Allocator {
                free: (0..count).rev().collect(),
                tasks: (0..count).map(|_| None).collect(),
            }),
            released: Notify::new(),
            started: Instant::now(),
            unread_body_bytes: limits.unread_body_bytes,
            drain,
            connections,
        })
    }

    /// Returns a free slot for a new connection, or `None` at the maximum number of connections.
    pub(super) fn claim(self: &Arc<Self>) -> Option<Arc<Slot>> {
        let index = self.allocator().free.pop()?;
        self.connections.opened();
        self.states[index].word.store(
            PackedPhase::new(Phase::Open, self.now()).bits(),
            Ordering::Release,
        );
        Some(Arc::new(Slot::new(Arc::clone(self), index)))
    }

    /// Registers the task that serves the connection of a slot, so that it can be aborted.
    pub(super) fn attach(&self, index: usize, task: AbortHandle) {
        let mut allocator = self.allocator();
        if self.states[index].word() == PackedPhase::CONDEMNED {
            task.abort();
        }
        allocator.tasks[index] = Some(task);
    }

    /// Frees a slot.
    pub(super) fn release(&self, index: usize) {
        let mut allocator = self.allocator();
        self.states[index].clear();
        allocator.tasks[index] = None;
        allocator.free.push(index);
        drop(allocator);
        self.connections.closed();
        self.released.notify_one();
    }

    /// Waits until a slot may have become free.
    pub(super) async fn released(&self) {
        self.released.notified().await;
    }

    /// Returns the number of connections.
    pub(super) fn used(&self) -> usize {
        self.states.len() - self.allocator().free.len()
    }

    /// Evicts a connection: the one that has been without a complete request for the longest time; otherwise the one
    /// whose body or response has taken the longest, if that is more than [`EVICTABLE_AFTER`]. Returns `false` if every
    /// connection has a request in progress.
    pub(super) fn evict(&self) -> bool {
        let now = self.now();
        loop {
            let choice = self.words().filter_map(|(index, word)| {
                let rank = match word.phase() {
                    Phase::Open | Phase::Head | Phase::Idle | Phase::Closing => 0,
                    Phase::Body | Phase::Discarding | Phase::Responding | Phase::Flushing
                        if now > word.since() + EVICTABLE_AFTER =>
                    {
                        1
                    }
                    _ => return None,
                };
                Some((rank, word.since(), index, word))
            });
            let Some((.., index, word)) = choice.min_by_key(|&(rank, since, ..)| (rank, since))
            else {
                return false;
            };
            if self.condemn(index, word) {
                debug!(phase = ?word.phase(), "a connection was evicted");
                return true;
            }
        }
    }

    /// Closes connections that exceed the limit of their phase, and fails bodies that have timed out.
    pub(super) fn sweep(&self, deadlines: &Deadlines) {
        let now = self.now();
        for (index, word) in self.words() {
            let limit = match word.phase() {
                Phase::Free
                | Phase::Condemned
                | Phase::Working
                | Phase::BodyTimedOut
                | Phase::BodyFailed => continue,
                Phase::Open => deadlines.open,
                Phase::Head => deadlines.head,
                Phase::Idle => deadlines.idle,
                Phase::Closing => deadlines.closing,
                Phase::Body | Phase::Discarding => deadlines.body,
                Phase::Responding | Phase::Flushing => deadlines.response,
            };
            if now.saturating_sub(word.since()) < limit {
                continue;
            }
            if word.phase() == Phase::Body {
                let state = &self.states[index];
                if state.swap(word, PackedPhase::new(Phase::BodyTimedOut, now)) {
                    state.wake();
                }
            } else if self.condemn(index, word) {
                debug!(phase = ?word.phase(), "a connection timed out");
            }
        }
    }

    /// Aborts every connection, whatever its phase.
    pub(super) fn abort_all(&self) {
        let tasks: Vec<_> = self.allocator().tasks.iter().flatten().cloned().collect();
        tasks.iter().for_each(AbortHandle::abort);
    }

    /// Closes the connection if its phase has not changed since `seen`.
    fn condemn(&self, index: usize, seen: PackedPhase) -> bool {
        // The lock keeps the slot from passing to another connection between the two steps.
        let allocator = self.allocator();
        if !self.states[index].swap(seen, PackedPhase::CONDEMNED) {
            return false;
        }
        let task = allocator.tasks[index].clone();
        drop(allocator);
        if let Some(task) = task {
            task.abort();
        }
        true
    }

    pub(super) fn state(&self, index: usize) -> &SlotState {
        &self.states[index]
    }

    /// Maximum number of bytes of an unread request body that are discarded.
    pub(super) fn unread_body_bytes(&self) -> u64 {
        self.unread_body_bytes
    }

    pub(super) fn is_draining(&self) -> bool {
        self.drain.is_draining()
    }

    /// Returns the milliseconds since the server started.
    pub(super) fn now(&self) -> u64 {
        millis(self.started.elapsed())
    }

    fn words(&self) -> impl Iterator<Item = (usize, PackedPhase)> {
        self.states.iter().map(SlotState::word).enumerate()
    }

    fn allocator(&self) -> MutexGuard<'_, Allocator> {
        self.allocator
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl SlotState {
    fn clear(&self) {
        *self.waiter() = None;
        self.word.store(PackedPhase::FREE.bits(), Ordering::Release);
    }

    pub(super) fn word(&self) -> PackedPhase {
        PackedPhase::from_bits(self.word.load(Ordering::Acquire))
    }

    fn swap(&self, from: PackedPhase, to: PackedPhase) -> bool {
        self.word
            .compare_exchange(from.bits(), to.bits(), Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }

    /// Replaces the phase by the result of `next`. Returns `false` if `next` returns `None` or the connection is
    /// condemned.
    pub(super) fn advance(&self, next: impl Fn(PackedPhase) -> Option<PackedPhase>) -> bool {
        let step = |bits| match PackedPhase::from_bits(bits) {
            PackedPhase::CONDEMNED => None,
            word => next(word).map(PackedPhase::bits),
        };
        self.word
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, step)
            .is_ok()
    }

    /// Registers the task for the next [`wake`](Self::wake).
    pub(super) fn wait(&self, waker: &Waker) {
        match &mut *self.waiter() {
            Some(known) => known.clone_from(waker),
            none => *none = Some(waker.clone()),
        }
    }

    pub(super) fn wake(&self) {
        let waiter = self.waiter().take();
        if let Some(waker) = waiter {
            waker.wake();
        }
    }

    fn waiter(&self) -> MutexGuard<'_, Option<Waker>> {
        self.waiter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
