//! Warnings that a client can cause, kept rare.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use customers_domain::ApiKeyId;
use tokio::time::Instant;

/// The least time between two warnings about one key.
const INTERVAL: Duration = Duration::from_mins(1);
/// Keys that are remembered. Beyond them no further key is warned about.
const MAX_KEYS: usize = 1000;

/// When each key was last warned about.
#[derive(Default)]
pub(super) struct Notices(Mutex<HashMap<ApiKeyId, Instant>>);

impl Notices {
    /// Whether a warning about this key is due; if so, the next one is due a minute later.
    pub(super) fn is_due(&self, key: ApiKeyId) -> bool {
        let now = Instant::now();
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = |at: &Instant| now.duration_since(*at) < INTERVAL;
        if given.get(&key).is_some_and(is_recent) {
            return false;
        }
        if given.len() >= MAX_KEYS {
            given.retain(|_, at| is_recent(at));
        }
        if given.len() >= MAX_KEYS {
            return false;
        }
        given.insert(key, now);
        true
    }
}
