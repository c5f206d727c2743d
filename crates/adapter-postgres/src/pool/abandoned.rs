use std::time::Duration;

use tokio::time::Instant;

use crate::sessions::{Backend, Sessions};
use crate::write_limit::WritePermit;

/// How long a connection that was never known to the server, as one that could not be opened in time,
/// counts before a look at the sessions can free its slot.
const UNKNOWN_FOR: Duration = Duration::from_secs(1);

/// A connection that was given up and whose backend may still be there.
pub(super) struct Abandoned {
    /// None where no backend is known to have worked for it.
    pub(super) backend: Option<Backend>,
    at: Instant,
    /// What the connection may still be writing counts as a write.
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

    /// Whether its backend is gone, by the sessions as they were after `began`.
    pub(super) fn is_gone(&self, sessions: &Sessions, began: Instant) -> bool {
        match self.backend {
            Some(backend) => began >= self.at && !sessions.contains(backend),
            None => began >= self.at + UNKNOWN_FOR,
        }
    }
}
