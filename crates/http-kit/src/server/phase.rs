//! The phase of a connection and its start, in one word that can be swapped atomically.

/// Phase of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The slot has no connection.
    Free,
    /// The connection has been chosen to be closed. This is final.
    Condemned,
    /// The connection was accepted, and no byte has arrived.
    Open,
    /// A part of a request head has arrived.
    Head,
    /// The connection is between two requests.
    Idle,
    /// The response was written, and the unread rest of the request body is still arriving.
    Discarding,
    /// The last byte was sent, and the client has not closed yet.
    Closing,
    /// The service waits for the request body.
    Body,
    /// The body timed out, and the service has not responded yet.
    BodyTimedOut,
    /// The body failed. Further bytes on this connection have no meaning.
    BodyFailed,
    /// The service has the whole request.
    Working,
    /// The service has responded, and parts of the body are still to be produced.
    Responding,
    /// The whole response was produced, and is being written to the socket.
    Flushing,
}

const BITS: u32 = 4;
const ALL: [Phase; 13] = [
    Phase::Free,
    Phase::Condemned,
    Phase::Open,
    Phase::Head,
    Phase::Idle,
    Phase::Discarding,
    Phase::Closing,
    Phase::Body,
    Phase::BodyTimedOut,
    Phase::BodyFailed,
    Phase::Working,
    Phase::Responding,
    Phase::Flushing,
];

/// A phase and its start, in milliseconds since the server started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PackedPhase(u64);

impl PackedPhase {
    pub(super) const FREE: Self = Self::new(Phase::Free, 0);
    pub(super) const CONDEMNED: Self = Self::new(Phase::Condemned, 0);

    pub(super) const fn new(phase: Phase, since: u64) -> Self {
        Self((since << BITS) | phase as u64)
    }

    pub(super) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    pub(super) const fn bits(self) -> u64 {
        self.0
    }

    pub(super) const fn phase(self) -> Phase {
        ALL[(self.0 & ((1 << BITS) - 1)) as usize % ALL.len()]
    }

    pub(super) const fn since(self) -> u64 {
        self.0 >> BITS
    }

    /// Returns another phase with the same start.
    pub(super) const fn with_phase(self, phase: Phase) -> Self {
        Self::new(phase, self.since())
    }
}

#[cfg(test)]
mod tests {
    use super::{ALL, PackedPhase};

    #[test]
    fn every_phase_and_its_start_can_be_packed() {
        for phase in ALL {
            for since in [0, 1, 1_000_000_000_000] {
                let word = PackedPhase::from_bits(PackedPhase::new(phase, since).bits());
                assert_eq!((word.phase(), word.since()), (phase, since));
            }
        }
    }
}
