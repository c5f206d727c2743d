//! A rate limit for warnings that clients can cause.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use customers_domain::ApiKeyId;
use tokio::time::Instant;

/// Minimum time between two warnings about one key.
const INTERVAL: Duration = Duration::from_mins(1);
/// Maximum number of keys in memory. No warnings are written about further keys.
const MAX_KEYS: usize = 1000;

/// Time of the last warning about each key.
#[derive(Default)]
pub(super) struct WarningLimit(Mutex<HashMap<ApiKeyId, Instant>>);

impl WarningLimit {
    /// Returns whether a warning about this key is due. If so, the next one is due a minute later.
    pub(super) fn is_due(&self, key: ApiKeyId) -> bool {
        let now = Instant::now();
        let mut warned = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = |at: &Instant| now.duration_since(*at) < INTERVAL;
        if warned.get(&key).is_some_and(is_recent) {
            return false;
        }
        if warned.len() >= MAX_KEYS {
            warned.retain(|_, at| is_recent(at));
        }
        if warned.len() >= MAX_KEYS {
            return false;
        }
        warned.insert(key, now);
        true
    }
}
