//! The slot of one connection, and the transitions between its phases.

use std::{
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
};

use super::{
    phase::{PackedPhase, Phase},
    slots::{SlotState, Slots},
    unread::UnreadBody,
};

/// The slot of one connection. It becomes free when the last handle is dropped.
pub(super) struct Slot {
    slots: Arc<Slots>,
    index: usize,
    unread: UnreadBody,
    /// Number of heads that hyper has read.
    heads: AtomicU64,
    /// Number of the first head that declares its body twice.
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

    /// Returns the part of the current request body that the service did not read.
    pub(super) fn unread(&self) -> &UnreadBody {
        &self.unread
    }

    /// Bytes have arrived. Starts a request if none was in progress.
    pub(super) fn bytes_arrived(&self) {
        self.state().advance(|word| match word.phase() {
            Phase::Open => Some(word.with_phase(Phase::Head)),
            Phase::Idle => Some(self.at(Phase::Head)),
            _ => None,
        });
    }

    /// Records the head, counted from 0, that declares its body twice.
    pub(super) fn head_is_ambiguous(&self, number: u64) {
        self.ambiguous_head.store(number, Ordering::Release);
    }

    /// Counts a head that hyper has read. Returns whether it declares its body twice.
    pub(super) fn count_head(&self) -> bool {
        let number = self.heads.fetch_add(1, Ordering::Relaxed);
        number == self.ambiguous_head.load(Ordering::Acquire)
    }

    /// Starts a request whose head is complete. Waits until the previous response has been written, so that pipelined
    /// requests cannot accumulate responses. Returns `false` if the connection is condemned; the request must then not
    /// start.
    pub(super) async fn begin_work(&self) -> bool {
        poll_fn(|cx| {
            if self.is_responding() {
                self.state().wait(cx.waker());
                if self.is_responding() {
                    return Poll::Pending;
                }
            }
            Poll::Ready(self.state().advance(|_| Some(self.at(Phase::Working))))
        })
        .await
    }

    /// The service waits for more of the body. Returns `false` if the body has timed out.
    pub(super) fn await_body(&self, waker: &Waker) -> bool {
        self.state().wait(waker);
        self.state()
            .advance(|word| (word.phase() == Phase::Working).then(|| self.at(Phase::Body)));
        !self.body_timed_out()
    }

    pub(super) fn body_timed_out(&self) -> bool {
        self.phase() == Phase::BodyTimedOut
    }

    /// The body is complete, or the service does not need the rest.
    pub(super) fn body_ended(&self) {
        self.state()
            .advance(|word| (word.phase() == Phase::Body).then(|| self.at(Phase::Working)));
    }

    /// The body failed.
    pub(super) fn body_failed(&self) {
        self.state().advance(|_| Some(self.at(Phase::BodyFailed)));
    }

    /// Returns whether the connection must close after the response that is now ready.
    pub(super) fn is_last_response(&self) -> bool {
        matches!(self.phase(), Phase::BodyTimedOut | Phase::BodyFailed) || self.slots.is_draining()
    }

    /// The service has responded.
    pub(super) fn begin_response(&self) {
        self.state().advance(|_| Some(self.at(Phase::Responding)));
    }

    /// The whole response body was produced.
    pub(super) fn response_produced(&self) {
        self.state().advance(|word| {
            (word.phase() == Phase::Responding).then(|| word.with_phase(Phase::Flushing))
        });
    }

    /// All bytes in the buffer were written.
    pub(super) fn flushed(&self) {
        if self.phase() == Phase::Flushing {
            let next = if self.unread.is_discarding() {
                Phase::Discarding
            } else {
                Phase::Idle
            };
            self.state().advance(|_| Some(self.at(next)));
            self.state().wake();
        }
    }

    /// Starts to discard the unread rest of the body. Returns `false` if that is not possible, in which case the
    /// connection must close.
    pub(super) fn begin_discarding(&self) -> bool {
        self.unread.discard(self.slots.unread_body_bytes())
    }

    /// Discards the bytes of an unread body that have arrived.
    pub(super) fn discard_unread(&self, cx: &mut Context<'_>) {
        if self.unread.poll_discard(cx).is_ready() {
            self.state()
                .advance(|word| (word.phase() == Phase::Discarding).then(|| self.at(Phase::Idle)));
        }
    }

    /// The write side of the connection was shut down.
    pub(super) fn write_side_shut_down(&self) {
        self.state().advance(|_| Some(self.at(Phase::Closing)));
    }

    fn is_responding(&self) -> bool {
        matches!(self.phase(), Phase::Responding | Phase::Flushing)
    }

    fn phase(&self) -> Phase {
        self.state().word().phase()
    }

    fn at(&self, phase: Phase) -> PackedPhase {
        PackedPhase::new(phase, self.slots.now())
    }

    fn state(&self) -> &SlotState {
        self.slots.state(self.index)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.slots.release(self.index);
    }
}
