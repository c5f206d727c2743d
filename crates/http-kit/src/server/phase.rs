//! What a connection is doing, and since when, in one word that can be swapped whole.

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// There is no connection in this slot.
    Free,
    /// It has been chosen to be closed, and nothing can change that.
    Condemned,
    /// Opened; nothing came yet.
    Open,
    /// A part of a request's head came.
    Head,
    /// Between two requests.
    Idle,
    /// The response has been written; the rest of a request body that the service did not read is still arriving.
    Discarding,
    /// We have sent our last byte and wait for the other side to close.
    Closing,
    /// The service waits for the request's body.
    Body,
    /// The body took too long; the service is about to say so.
    BodyLate,
    /// The body broke off or cannot be read; what follows on this connection has no meaning.
    BodyBroken,
    /// The service has all it needs.
    Working,
    /// The service has answered; parts of the body are still to be taken from it.
    Answering,
    /// The whole answer is on its way to the socket.
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
    Phase::BodyLate,
    Phase::BodyBroken,
    Phase::Working,
    Phase::Answering,
    Phase::Flushing,
];

/// A phase and when it began, in milliseconds since the server started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word(u64);

impl Word {
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

    /// Another phase that counts as begun when this one began.
    pub(super) const fn turned(self, phase: Phase) -> Self {
        Self::new(phase, self.since())
    }
}

#[cfg(test)]
mod tests {
    use super::{ALL, Word};

    #[test]
    fn every_phase_and_its_beginning_survive_the_packing() {
        for phase in ALL {
            for since in [0, 1, 1_000_000_000_000] {
                let word = Word::from_bits(Word::new(phase, since).bits());
                assert_eq!((word.phase(), word.since()), (phase, since));
            }
        }
    }
}
