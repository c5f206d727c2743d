use std::time::Duration;

use tokio::time::Instant;

use crate::sessions::{Backend, Sessions};
use crate::write_limit::WritePermit;

/// Time for which a connection without a known backend, such as one whose opening was cancelled, keeps its slot before
/// a reading of the sessions can free it.
const UNKNOWN_BACKEND_TIME: Duration = Duration::from_secs(1);

/// An abandoned connection whose backend may still exist.
pub(super) struct Abandoned {
    /// `None` if no backend is known.
    pub(super) backend: Option<Backend>,
    at: Instant,
    /// The connection may still write, so it keeps its write permit.
    _write: Option<WritePermit>,
}

impl Abandoned {
    pub(super) fn new(backend: Option<Backend>, write: Option<WritePermit>) -> Self {
        Self {
            backend,
            at: Instant::now(),
            _write: write,
        }
    }

    /// Returns whether its backend is gone, according to sessions that were read after `began`.
    pub(super) fn is_gone(&self, sessions: &Sessions, began: Instant) -> bool {
        match self.backend {
            Some(backend) => began >= self.at && !sessions.contains(backend),
            None => began >= self.at + UNKNOWN_BACKEND_TIME,
        }
    }
}
