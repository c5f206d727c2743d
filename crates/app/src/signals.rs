//! The signals that ask the program to stop.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::Failure;

/// How the program is asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// SIGTERM: whoever sends callers here gets the drain delay to notice.
    AfterDelay,
    /// SIGINT: somebody at a keyboard is waiting.
    WithoutDelay,
}

/// From its making on, signals no longer end the process by themselves.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Listens for SIGTERM and SIGINT.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub(crate) fn listen() -> Result<Self, Failure> {
        let listen = |kind| signal(kind).map_err(Failure::system("cannot listen for signals"));
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next signal.
    pub(crate) async fn next(&mut self) -> Stop {
        tokio::select! {
            _ = self.terminate.recv() => Stop::AfterDelay,
            _ = self.interrupt.recv() => Stop::WithoutDelay,
        }
    }

    /// Runs something to its end, or answers with the signal that came first; then what ran is dropped.
    pub(crate) async fn unless_stopped<T>(
        &mut self,
        running: impl Future<Output = T>,
    ) -> Result<T, Stop> {
        tokio::select! {
            biased;
            stop = self.next() => Err(stop),
            done = running => Ok(done),
        }
    }
}
