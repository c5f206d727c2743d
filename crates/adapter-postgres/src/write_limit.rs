//! The limit on writing connections, which reserves the others for reads.

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::failure::{Failure, FailureKind};

/// One of this many connections is reserved for reads and key lookups.
const ONE_READ_CONNECTION_IN: usize = 4;
/// If every write connection has been busy for this long, further writes are refused.
const BUSY_TIMEOUT: Duration = Duration::from_secs(1);

/// Permission to write on one connection. For an abandoned connection it lasts until the backend is gone.
pub(crate) type WritePermit = OwnedSemaphorePermit;

/// Limit on concurrent writes.
pub(crate) struct WriteLimit {
    permits: Arc<Semaphore>,
    max: usize,
    /// Start of the last write.
    newest: Mutex<Instant>,
}

impl WriteLimit {
    /// Creates the limit for a pool of this many connections: all but a quarter, at least one.
    pub(crate) fn of(connections: usize) -> Self {
        let reads = (connections / ONE_READ_CONNECTION_IN).max(1);
        let max = connections.saturating_sub(reads).max(1);
        Self {
            permits: Arc::new(Semaphore::new(max)),
            max,
            newest: Mutex::new(Instant::now()),
        }
    }

    /// Waits for a permit while writes complete.
    ///
    /// # Errors
    /// Returns an error if every write connection has been busy for a second.
    pub(crate) async fn acquire(&self) -> Result<WritePermit, Failure> {
        let mut acquiring = pin!(Arc::clone(&self.permits).acquire_owned());
        loop {
            let patience = self.newest() + BUSY_TIMEOUT;
            match timeout_at(patience, acquiring.as_mut()).await {
                Ok(Ok(permit)) => {
                    *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
                    return Ok(permit);
                }
                Ok(Err(_)) => return Err(Failure::closed()),
                Err(_) if self.newest() + BUSY_TIMEOUT > patience => {}
                Err(_) => {
                    let reason = "every connection for writes has been busy for over a second";
                    return Err(Failure::new(FailureKind::Unavailable, reason));
                }
            }
        }
    }

    /// Maximum number of connections that write.
    pub(crate) const fn max(&self) -> usize {
        self.max
    }

    /// Returns the number of connections that write now, including abandoned ones.
    pub(crate) fn in_use(&self) -> usize {
        self.max.saturating_sub(self.permits.available_permits())
    }

    fn newest(&self) -> Instant {
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_the_connections_is_reserved_for_reads() {
        for (connections, writes) in [(1, 1), (2, 1), (4, 3), (7, 6), (8, 6), (16, 12), (40, 30)] {
            assert_eq!(WriteLimit::of(connections).max(), writes, "{connections}");
        }
    }

    #[tokio::test]
    async fn a_write_waits_while_others_complete_and_is_refused_once_they_stall() {
        let limit = Arc::new(WriteLimit::of(2));
        let first = limit.acquire().await.unwrap();
        let second = tokio::spawn({
            let limit = Arc::clone(&limit);
            async move { limit.acquire().await }
        });
        drop(first);
        let second = second.await.unwrap().unwrap();
        assert_eq!(limit.in_use(), 1);
        assert!(limit.acquire().await.is_err());
        // From then on writes are refused without waiting.
        let at_once = tokio::time::timeout(Duration::from_millis(500), limit.acquire()).await;
        assert!(matches!(at_once, Ok(Err(_))));
        drop(second);
        assert!(limit.acquire().await.is_ok());
    }
}
