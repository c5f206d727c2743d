//! The bound on connections that write, which keeps the rest for reads.

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::failure::{Failure, FailureKind};

/// One connection in this many is kept for reads and key look-ups.
const READS_KEEP_ONE_IN: usize = 4;
/// When every write connection has been busy for this long, further writes are refused.
const BUSY_FOR: Duration = Duration::from_secs(1);

/// The right to write on one connection. It outlives a connection that was given up, until the
/// connection's backend is gone.
pub(crate) type WritePermit = OwnedSemaphorePermit;

/// The connections that may write at one time.
pub(crate) struct WriteLimit {
    permits: Arc<Semaphore>,
    max: usize,
    /// When a write last began.
    newest: Mutex<Instant>,
}

impl WriteLimit {
    /// The limit for a pool of that many connections: all but a quarter of them, at least one.
    pub(crate) fn of(connections: usize) -> Self {
        let reads = (connections / READS_KEEP_ONE_IN).max(1);
        let max = connections.saturating_sub(reads).max(1);
        Self {
            permits: Arc::new(Semaphore::new(max)),
            max,
            newest: Mutex::new(Instant::now()),
        }
    }

    /// Waits for a permit, as long as writes come to an end.
    ///
    /// # Errors
    /// Once every write connection has been busy for a second.
    pub(crate) async fn acquire(&self) -> Result<WritePermit, Failure> {
        let mut acquiring = pin!(Arc::clone(&self.permits).acquire_owned());
        loop {
            let patience = self.newest() + BUSY_FOR;
            match timeout_at(patience, acquiring.as_mut()).await {
                Ok(Ok(permit)) => {
                    *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
                    return Ok(permit);
                }
                Ok(Err(_)) => return Err(Failure::closed()),
                Err(_) if self.newest() + BUSY_FOR > patience => {}
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

    /// The connections that write now, those that were given up included.
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
    fn a_quarter_of_the_connections_is_kept_for_reads() {
        for (connections, writes) in [(1, 1), (2, 1), (4, 3), (7, 6), (8, 6), (16, 12), (40, 30)] {
            assert_eq!(WriteLimit::of(connections).max(), writes, "{connections}");
        }
    }

    #[tokio::test]
    async fn a_write_waits_while_others_come_to_an_end_and_is_refused_once_none_does() {
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
        // From then on without any wait.
        let at_once = tokio::time::timeout(Duration::from_millis(500), limit.acquire()).await;
        assert!(matches!(at_once, Ok(Err(_))));
        drop(second);
        assert!(limit.acquire().await.is_ok());
    }
}
