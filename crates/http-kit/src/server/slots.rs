//! The table of connections: one slot for each that there may be, each a word that says what it is doing.

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
    phase::{Phase, Word},
    slot::Slot,
};

/// How long a body may come or an answer go before the connection may have to make room.
const PATIENCE: u64 = 1000;

/// All connections. Their words lie side by side, so that looking at every one costs microseconds.
pub(super) struct Slots {
    cells: Box<[Cell]>,
    ledger: Mutex<Ledger>,
    released: Notify,
    started: Instant,
    unread_body_bytes: u64,
    drain: Drain,
    connections: ConnectionMetrics,
}

/// What one slot's connection does.
#[derive(Default)]
pub(super) struct Cell {
    word: AtomicU64,
    /// Who waits for the phase to change: a body that may be late, or the next request.
    waiter: Mutex<Option<Waker>>,
}

struct Ledger {
    free: Vec<usize>,
    tasks: Box<[Option<AbortHandle>]>,
}

impl Slots {
    pub(super) fn new(limits: &Limits, drain: Drain, connections: ConnectionMetrics) -> Arc<Self> {
        let count = limits.max_connections.max(1);
        connections.set_max(count);
        Arc::new(Self {
            cells: (0..count).map(|_| Cell::default()).collect(),
            ledger: Mutex::new(Ledger {
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

    /// A free slot for a connection that has just been opened, unless the bound is reached.
    pub(super) fn claim(self: &Arc<Self>) -> Option<Arc<Slot>> {
        let index = self.ledger().free.pop()?;
        self.connections.opened();
        self.cells[index]
            .word
            .store(Word::new(Phase::Open, self.now()).bits(), Ordering::Release);
        Some(Arc::new(Slot::new(Arc::clone(self), index)))
    }

    /// Names the task that serves the connection of a slot, so that it can be ended from outside.
    pub(super) fn attach(&self, index: usize, task: AbortHandle) {
        let mut ledger = self.ledger();
        if self.cells[index].word() == Word::CONDEMNED {
            task.abort();
        }
        ledger.tasks[index] = Some(task);
    }

    /// Takes a slot back.
    pub(super) fn release(&self, index: usize) {
        let mut ledger = self.ledger();
        self.cells[index].clear();
        ledger.tasks[index] = None;
        ledger.free.push(index);
        drop(ledger);
        self.connections.closed();
        self.released.notify_one();
    }

    /// Waits until a slot may have become free.
    pub(super) async fn released(&self) {
        self.released.notified().await;
    }

    /// How many connections there are.
    pub(super) fn used(&self) -> usize {
        self.cells.len() - self.ledger().free.len()
    }

    /// Closes the connection that can best be spared: the one that has longest sent no whole request; else the one
    /// whose body or answer has been under way longest, if that is long. False where every one is at work.
    pub(super) fn evict(&self) -> bool {
        let now = self.now();
        loop {
            let choice = self.words().filter_map(|(index, word)| {
                let rank = match word.phase() {
                    Phase::Open | Phase::Head | Phase::Idle | Phase::Closing => 0,
                    Phase::Body | Phase::Discarding | Phase::Answering | Phase::Flushing
                        if now > word.since() + PATIENCE =>
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
                debug!(phase = ?word.phase(), "a connection made room");
                return true;
            }
        }
    }

    /// Closes what has outstayed its phase, and fails bodies that are late.
    pub(super) fn sweep(&self, deadlines: &Deadlines) {
        let now = self.now();
        for (index, word) in self.words() {
            let limit = match word.phase() {
                Phase::Free
                | Phase::Condemned
                | Phase::Working
                | Phase::BodyLate
                | Phase::BodyBroken => continue,
                Phase::Open => deadlines.open,
                Phase::Head => deadlines.head,
                Phase::Idle => deadlines.idle,
                Phase::Closing => deadlines.closing,
                Phase::Body | Phase::Discarding => deadlines.body,
                Phase::Answering | Phase::Flushing => deadlines.answer,
            };
            if now.saturating_sub(word.since()) < limit {
                continue;
            }
            if word.phase() == Phase::Body {
                let cell = &self.cells[index];
                if cell.swap(word, Word::new(Phase::BodyLate, now)) {
                    cell.wake();
                }
            } else if self.condemn(index, word) {
                debug!(phase = ?word.phase(), "a connection ran out of time");
            }
        }
    }

    /// Closes every connection, whatever it does.
    pub(super) fn cut_all(&self) {
        let tasks: Vec<_> = self.ledger().tasks.iter().flatten().cloned().collect();
        tasks.iter().for_each(AbortHandle::abort);
    }

    /// Closes the connection if it is still as it was seen.
    fn condemn(&self, index: usize, seen: Word) -> bool {
        // Under the lock, so that the slot cannot pass to another connection between the two steps.
        let ledger = self.ledger();
        if !self.cells[index].swap(seen, Word::CONDEMNED) {
            return false;
        }
        let task = ledger.tasks[index].clone();
        drop(ledger);
        if let Some(task) = task {
            task.abort();
        }
        true
    }

    pub(super) fn cell(&self, index: usize) -> &Cell {
        &self.cells[index]
    }

    /// Bytes of an unread request body that may be discarded.
    pub(super) fn unread_body_bytes(&self) -> u64 {
        self.unread_body_bytes
    }

    pub(super) fn is_draining(&self) -> bool {
        self.drain.is_draining()
    }

    /// Milliseconds since the server started.
    pub(super) fn now(&self) -> u64 {
        millis(self.started.elapsed())
    }

    fn words(&self) -> impl Iterator<Item = (usize, Word)> {
        self.cells.iter().map(Cell::word).enumerate()
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cell {
    fn clear(&self) {
        *self.waiter() = None;
        self.word.store(Word::FREE.bits(), Ordering::Release);
    }

    pub(super) fn word(&self) -> Word {
        Word::from_bits(self.word.load(Ordering::Acquire))
    }

    fn swap(&self, from: Word, to: Word) -> bool {
        self.word
            .compare_exchange(from.bits(), to.bits(), Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }

    /// Moves to the word that `next` makes of the present one. False where it makes none, or the connection is condemned.
    pub(super) fn advance(&self, next: impl Fn(Word) -> Option<Word>) -> bool {
        let step = |bits| match Word::from_bits(bits) {
            Word::CONDEMNED => None,
            word => next(word).map(Word::bits),
        };
        self.word
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, step)
            .is_ok()
    }

    /// Has the task woken at the next [`wake`](Self::wake).
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
