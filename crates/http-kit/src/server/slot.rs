//! One connection's place in the table, and the ways from phase to phase.

use std::{
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
};

use super::{
    phase::{Phase, Word},
    slots::{Cell, Slots},
    unread::UnreadBody,
};

/// A connection's place in the table. When the last of those who share it is gone, it is free again.
pub(super) struct Slot {
    slots: Arc<Slots>,
    index: usize,
    unread: UnreadBody,
    /// Heads that hyper has read.
    heads: AtomicU64,
    /// The number of the first head that declares its body twice.
    ambiguous_head: AtomicU64,
}

impl Slot {
    pub(super) fn new(slots: Arc<Slots>, index: usize) -> Self {
        Self {
            slots,
            index,
            unread: UnreadBody::default(),
            heads: AtomicU64::new(0),
            ambiguous_head: AtomicU64::new(u64::MAX),
        }
    }

    pub(super) fn index(&self) -> usize {
        self.index
    }

    /// What the service left of the present request's body.
    pub(super) fn unread(&self) -> &UnreadBody {
        &self.unread
    }

    /// Bytes came: where no request was under way, one is now.
    pub(super) fn bytes_came(&self) {
        self.cell().advance(|word| match word.phase() {
            Phase::Open => Some(word.turned(Phase::Head)),
            Phase::Idle => Some(self.at(Phase::Head)),
            _ => None,
        });
    }

    /// The head of that number, counted from 0, declares its body twice.
    pub(super) fn head_is_ambiguous(&self, number: u64) {
        self.ambiguous_head.store(number, Ordering::Release);
    }

    /// Counts a head that hyper has read. True if it declares its body twice.
    pub(super) fn count_head(&self) -> bool {
        let number = self.heads.fetch_add(1, Ordering::Relaxed);
        number == self.ambiguous_head.load(Ordering::Acquire)
    }

    /// A whole head came. Waits until the answer before has left, so that requests sent ahead cannot pile up answers
    /// here. False where the connection has been condemned; its request must not be begun.
    pub(super) async fn begin_work(&self) -> bool {
        poll_fn(|cx| {
            if self.is_answering() {
                self.cell().wait(cx.waker());
                if self.is_answering() {
                    return Poll::Pending;
                }
            }
            Poll::Ready(self.cell().advance(|_| Some(self.at(Phase::Working))))
        })
        .await
    }

    /// The service waits for more of the body. False where the body is late already.
    pub(super) fn await_body(&self, waker: &Waker) -> bool {
        self.cell().wait(waker);
        self.cell()
            .advance(|word| (word.phase() == Phase::Working).then(|| self.at(Phase::Body)));
        !self.body_is_late()
    }

    pub(super) fn body_is_late(&self) -> bool {
        self.phase() == Phase::BodyLate
    }

    /// The body is complete, or no longer wanted.
    pub(super) fn body_ended(&self) {
        self.cell()
            .advance(|word| (word.phase() == Phase::Body).then(|| self.at(Phase::Working)));
    }

    /// The body broke off or cannot be read.
    pub(super) fn body_broke(&self) {
        self.cell().advance(|_| Some(self.at(Phase::BodyBroken)));
    }

    /// Whether the connection must close after the answer that is now ready.
    pub(super) fn is_last_answer(&self) -> bool {
        matches!(self.phase(), Phase::BodyLate | Phase::BodyBroken) || self.slots.is_draining()
    }

    /// The service has answered.
    pub(super) fn begin_answer(&self) {
        self.cell().advance(|_| Some(self.at(Phase::Answering)));
    }

    /// All of the answer's body has been taken from the service.
    pub(super) fn answer_taken(&self) {
        self.cell().advance(|word| {
            (word.phase() == Phase::Answering).then(|| word.turned(Phase::Flushing))
        });
    }

    /// All that was to be written has been written.
    pub(super) fn flushed(&self) {
        if self.phase() == Phase::Flushing {
            let next = if self.unread.is_discarding() {
                Phase::Discarding
            } else {
                Phase::Idle
            };
            self.cell().advance(|_| Some(self.at(next)));
            self.cell().wake();
        }
    }

    /// Starts to discard what the service left of the body. False if that cannot be done and the connection must close.
    pub(super) fn begin_discarding(&self) -> bool {
        self.unread.discard(self.slots.unread_body_bytes())
    }

    /// Discards what has arrived of a body that the service did not read.
    pub(super) fn discard_unread(&self, cx: &mut Context<'_>) {
        if self.unread.poll_discard(cx).is_ready() {
            self.cell()
                .advance(|word| (word.phase() == Phase::Discarding).then(|| self.at(Phase::Idle)));
        }
    }

    /// We have ended our side of the connection.
    pub(super) fn said_goodbye(&self) {
        self.cell().advance(|_| Some(self.at(Phase::Closing)));
    }

    fn is_answering(&self) -> bool {
        matches!(self.phase(), Phase::Answering | Phase::Flushing)
    }

    fn phase(&self) -> Phase {
        self.cell().word().phase()
    }

    fn at(&self, phase: Phase) -> Word {
        Word::new(phase, self.slots.now())
    }

    fn cell(&self) -> &Cell {
        self.slots.cell(self.index)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.slots.release(self.index);
    }
}
