//! How long each phase may last.

use std::time::Duration;

use super::Limits;

/// What ends a phase, in milliseconds.
pub(super) struct Deadlines {
    pub(super) open: u64,
    pub(super) head: u64,
    pub(super) body: u64,
    pub(super) idle: u64,
    pub(super) closing: u64,
    pub(super) answer: u64,
}

impl Deadlines {
    /// How long the other side may take to close after our last byte.
    const GOODBYE: u64 = 2000;
    /// How long after the end of the listener a new connection may still send its first byte.
    const GRACE: u64 = 500;

    /// While the listener is open.
    pub(super) fn serving(limits: &Limits) -> Self {
        Self {
            open: millis(limits.head),
            head: millis(limits.head),
            body: millis(limits.body),
            idle: millis(limits.idle),
            closing: Self::GOODBYE,
            answer: millis(limits.answer),
        }
    }

    /// Once it is closed: nobody is waited for who has not begun a request.
    pub(super) fn closing(limits: &Limits) -> Self {
        Self {
            open: Self::GRACE.min(millis(limits.head)),
            idle: 0,
            closing: Self::GRACE,
            ..Self::serving(limits)
        }
    }
}

/// A duration in whole milliseconds.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
