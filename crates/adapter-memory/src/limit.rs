use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use customers_ports::StoreError;

/// A bound on the memory that stored data takes. Clones share one count, so that whatever a program
/// keeps in memory (customers, events, attempts to deliver them) can stay within one limit together.
///
/// A store reserves the size of a value first and releases it when it is deleted. Sizes are
/// estimates that include what maps and the allocator add.
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

    /// No limit.
    pub fn none() -> Self {
        Self::bytes(usize::MAX)
    }

    /// Counts `bytes` more.
    ///
    /// # Errors
    /// [`StoreError::Full`] when that would exceed the limit; then nothing is counted.
    pub fn reserve(&self, bytes: usize) -> Result<(), StoreError> {
        let Count { limit, used } = &*self.0;
        let within_limit = |used: usize| used.checked_add(bytes).filter(|total| total <= limit);
        used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, within_limit)
            .map(drop)
            .map_err(|_| StoreError::full(format!("the memory limit of {limit} bytes is reached")))
    }

    /// Counts `bytes` less. They were reserved before.
    pub fn release(&self, bytes: usize) {
        let less = |used: usize| Some(used.saturating_sub(bytes));
        // The closure never declines.
        let _ = self
            .0
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    /// The bytes that are reserved now.
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
    fn clones_share_one_count_up_to_the_limit_itself() {
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
    fn without_a_limit_everything_has_room() {
        assert_eq!(MemoryLimit::none().reserve(usize::MAX), Ok(()));
    }
}
