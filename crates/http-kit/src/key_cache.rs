//! The cache of API keys.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use customers_domain::{ApiKey, ApiKeyId};
use customers_metrics::{KeyCacheMetrics, KeyLookup};
use customers_ports::{ApiKeyRepository, StoreError};
use moka::sync::Cache;
use tokio::sync::{Mutex as AsyncMutex, Semaphore};
use tokio::time::{Instant, timeout};

/// How long a key is trusted after it was looked up, so that a revocation takes effect everywhere within five seconds.
const TRUST: Duration = Duration::from_secs(4);
/// The age from which a key is looked up again in the background, so that no request waits for it.
const REFRESH: Duration = Duration::from_secs(2);
/// How long an id is remembered as unknown.
const UNKNOWN_FOR: Duration = Duration::from_secs(2);
/// Maximum number of ids in the cache, known and unknown each.
const IDS_MAX: u64 = 10_000;
/// Maximum number of concurrent look-ups of ids that are not in the cache. Anyone can make up an id with a valid
/// checksum.
const MAX_UNKNOWN_KEY_LOOKUPS: usize = 4;
/// Maximum number of requests that wait for such a look-up. Further ones are refused.
const MAX_WAITING_LOOKUPS: usize = 256;
/// How long a request waits for such a look-up to begin.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(2);

/// Remembers API keys, so that checking one costs no query in the usual case.
#[derive(Clone)]
pub(crate) struct KeyCache(Arc<Inner>);

struct Inner {
    keys: Arc<dyn ApiKeyRepository>,
    known: Cache<ApiKeyId, Arc<Entry>>,
    unknown: Cache<ApiKeyId, ()>,
    unknown_key_lookups: Semaphore,
    waiting_lookups: Semaphore,
    metrics: KeyCacheMetrics,
}

/// A key that exists, as of its last look-up.
struct Entry {
    found: Mutex<Found>,
    looking_up: AsyncMutex<()>,
}

#[derive(Clone)]
struct Found {
    key: Arc<ApiKey>,
    asked_at: Instant,
}

impl Entry {
    fn found(&self) -> Found {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.clone()
    }

    fn set(&self, found: Found) {
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = found;
    }
}

impl KeyCache {
    /// Creates an empty cache over a repository.
    pub(crate) fn new(keys: Arc<dyn ApiKeyRepository>, metrics: KeyCacheMetrics) -> Self {
        Self(Arc::new(Inner {
            keys,
            known: Cache::new(IDS_MAX),
            unknown: Cache::builder()
                .max_capacity(IDS_MAX)
                .time_to_live(UNKNOWN_FOR)
                .build(),
            unknown_key_lookups: Semaphore::new(MAX_UNKNOWN_KEY_LOOKUPS),
            waiting_lookups: Semaphore::new(MAX_UNKNOWN_KEY_LOOKUPS + MAX_WAITING_LOOKUPS),
            metrics,
        }))
    }

    /// Returns the key of that id, at most four seconds old, or `None` if there is none.
    ///
    /// # Errors
    /// When the key has to be looked up and the store fails, or too many unknown ids are being looked up.
    pub(crate) async fn find(&self, id: ApiKeyId) -> Result<Option<Arc<ApiKey>>, StoreError> {
        if let Some(entry) = self.0.known.get(&id) {
            return self.known(id, entry).await;
        }
        if self.0.unknown.contains_key(&id) {
            self.0.metrics.count(KeyLookup::Unknown);
            return Ok(None);
        }
        self.find_uncached(id).await
    }

    async fn known(
        &self,
        id: ApiKeyId,
        entry: Arc<Entry>,
    ) -> Result<Option<Arc<ApiKey>>, StoreError> {
        let found = entry.found();
        let age = found.asked_at.elapsed();
        if age < REFRESH {
            self.0.metrics.count(KeyLookup::Hit);
            return Ok(Some(found.key));
        }
        if age < TRUST {
            self.0.metrics.count(KeyLookup::Stale);
            self.refresh_in_background(id, entry);
            return Ok(Some(found.key));
        }
        self.0.metrics.count(KeyLookup::Miss);
        let _one_at_a_time = entry.looking_up.lock().await;
        let found = entry.found();
        if found.asked_at.elapsed() < TRUST {
            return Ok(Some(found.key));
        }
        self.look_up(id, Some(&entry)).await
    }

    fn refresh_in_background(&self, id: ApiKeyId, entry: Arc<Entry>) {
        let cache = self.clone();
        if entry.looking_up.try_lock().is_err() {
            return;
        }
        tokio::spawn(async move {
            let Ok(_one_at_a_time) = entry.looking_up.try_lock() else {
                return;
            };
            if let Err(error) = cache.look_up(id, Some(&entry)).await {
                // No request has failed yet; the next one that needs the key reports it.
                tracing::debug!(%error, "an API key could not be looked up again");
            }
        });
    }

    async fn find_uncached(&self, id: ApiKeyId) -> Result<Option<Arc<ApiKey>>, StoreError> {
        let busy = || {
            self.0.metrics.count(KeyLookup::Refused);
            StoreError::unavailable("too many unknown API keys are being looked up")
        };
        let _place = self.0.waiting_lookups.try_acquire().map_err(|_| busy())?;
        let turn = timeout(LOOKUP_TIMEOUT, self.0.unknown_key_lookups.acquire()).await;
        let _turn = turn.map_err(|_| busy())?;
        self.0.metrics.count(KeyLookup::Miss);
        if let Some(entry) = self.0.known.get(&id) {
            return Ok(Some(entry.found().key));
        }
        self.look_up(id, None).await
    }

    async fn look_up(
        &self,
        id: ApiKeyId,
        entry: Option<&Entry>,
    ) -> Result<Option<Arc<ApiKey>>, StoreError> {
        let asked_at = Instant::now();
        let Some(key) = self.0.keys.find(id).await?.map(Arc::new) else {
            self.0.known.invalidate(&id);
            self.0.unknown.insert(id, ());
            return Ok(None);
        };
        let found = Found {
            key: Arc::clone(&key),
            asked_at,
        };
        if let Some(entry) = entry {
            entry.set(found);
        } else {
            let entry = Entry {
                found: Mutex::new(found),
                looking_up: AsyncMutex::default(),
            };
            self.0.known.insert(id, Arc::new(entry));
        }
        Ok(Some(key))
    }
}

#[cfg(test)]
mod tests;
