use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use customers_ports::StoreError;

/// A limit on the memory of stored data. Clones share one counter, so that all data in memory (customers, events,
/// deliveries) can share one limit.
///
/// A store reserves the size of a value before it stores it, and releases the size after it deletes it. Sizes are
/// estimates that include the overhead of maps and of the allocator.
#[derive(Clone)]
pub struct MemoryLimit(Arc<Count>);

struct Count {
    limit: usize,
    used: AtomicUsize,
}

impl MemoryLimit {
    /// Creates a limit in bytes.
    pub fn bytes(limit: usize) -> Self {
        let used = AtomicUsize::new(0);
        Self(Arc::new(Count { limit, used }))
    }

    /// Creates a limit that is never reached.
    pub fn none() -> Self {
        Self::bytes(usize::MAX)
    }

    /// Reserves `bytes`.
    ///
    /// # Errors
    /// [`StoreError::Full`] if the limit would be exceeded. Then nothing is reserved.
    pub fn reserve(&self, bytes: usize) -> Result<(), StoreError> {
        let Count { limit, used } = &*self.0;
        let within_limit = |used: usize| used.checked_add(bytes).filter(|total| total <= limit);
        used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, within_limit)
            .map(drop)
            .map_err(|_| StoreError::full(format!("the memory limit of {limit} bytes is reached")))
    }

    /// Releases `bytes` that were reserved before.
    pub fn release(&self, bytes: usize) {
        let less = |used: usize| Some(used.saturating_sub(bytes));
        // The closure never returns `None`, so the update cannot fail.
        let _ = self
            .0
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    /// Returns the number of reserved bytes.
    pub fn used(&self) -> usize {
        self.0.used.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for MemoryLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryLimit")
            .field("limit", &self.0.limit)
            .field("used", &self.used())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_one_counter_that_can_reach_the_limit() {
        let limit = MemoryLimit::bytes(100);
        let shared = limit.clone();
        assert_eq!(limit.reserve(60), Ok(()));
        assert!(matches!(shared.reserve(41), Err(StoreError::Full { .. })));
        assert_eq!(shared.reserve(40), Ok(()));
        assert_eq!(limit.used(), 100);
        shared.release(1);
        assert_eq!(limit.reserve(1), Ok(()));
        assert!(limit.reserve(usize::MAX).is_err());
    }

    #[test]
    fn without_a_limit_every_reservation_succeeds() {
        assert_eq!(MemoryLimit::none().reserve(usize::MAX), Ok(()));
    }
}
