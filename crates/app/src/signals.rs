//! The signals that stop the program.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::Failure;

/// How the program is to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// SIGTERM: wait for the drain delay, so that load balancers can notice.
    AfterDelay,
    /// SIGINT: a person at a keyboard is waiting.
    WithoutDelay,
}

/// Receives SIGTERM and SIGINT. Once it exists, these signals no longer end the process.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Starts to receive SIGTERM and SIGINT.
    ///
    /// # Errors
    /// Returns an error if the operating system refuses.
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

    /// Waits for `running`. If a signal comes first, drops `running` and returns the signal as an error.
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
