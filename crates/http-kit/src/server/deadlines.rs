//! Time limits of the connection phases.

use std::time::Duration;

use super::Limits;

/// Time limit of each phase, in milliseconds.
pub(super) struct Deadlines {
    pub(super) open: u64,
    pub(super) head: u64,
    pub(super) body: u64,
    pub(super) idle: u64,
    pub(super) closing: u64,
    pub(super) response: u64,
}

impl Deadlines {
    /// Time limit for the client to close after our last byte.
    const CLOSE: u64 = 2000;
    /// Time after the listener was closed in which a new connection may send its first byte.
    const GRACE: u64 = 500;

    /// Returns the limits while the listener is open.
    pub(super) fn serving(limits: &Limits) -> Self {
        Self {
            open: millis(limits.head),
            head: millis(limits.head),
            body: millis(limits.body),
            idle: millis(limits.idle),
            closing: Self::CLOSE,
            response: millis(limits.response),
        }
    }

    /// Returns the limits after the listener was closed. Connections without a request are closed.
    pub(super) fn closing(limits: &Limits) -> Self {
        Self {
            open: Self::GRACE.min(millis(limits.head)),
            idle: 0,
            closing: Self::GRACE,
            ..Self::serving(limits)
        }
    }
}

/// Returns a duration in whole milliseconds.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
