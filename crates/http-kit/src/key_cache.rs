//! The cache of API keys.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use customers_domain::{ApiKey, ApiKeyId};
use customers_metrics::{KeyCacheMetrics, KeyLookup};
use customers_ports::{ApiKeyRepository, StoreError};
use moka::sync::Cache;
use tokio::sync::{Mutex as AsyncMutex, Semaphore};
use tokio::time::{Instant, timeout};

/// Maximum age of a key before it is looked up again, so that a revocation takes effect everywhere within five seconds.
const MAX_AGE: Duration = Duration::from_secs(4);
/// Age at which a key is looked up again in the background, so that requests do not wait.
const REFRESH_AGE: Duration = Duration::from_secs(2);
/// Lifetime of a cache entry for an unknown id.
const UNKNOWN_LIFETIME: Duration = Duration::from_secs(2);
/// Maximum number of cached ids: known ones, and as many unknown ones.
const MAX_IDS: u64 = 10_000;
/// Maximum number of concurrent lookups of ids that are not cached. Anyone can invent an id with a valid checksum.
const MAX_UNKNOWN_KEY_LOOKUPS: usize = 4;
/// Maximum number of requests that wait for such a lookup. Further ones are refused.
const MAX_WAITING_LOOKUPS: usize = 256;
/// Maximum time that a request waits for such a lookup to begin.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(2);

/// Caches API keys, so that most requests need no query.
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

/// A known key, as of its last lookup.
struct Entry {
    found: Mutex<FetchedKey>,
    lookup_lock: AsyncMutex<()>,
}

#[derive(Clone)]
struct FetchedKey {
    key: Arc<ApiKey>,
    fetched_at: Instant,
}

impl Entry {
    fn found(&self) -> FetchedKey {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.clone()
    }

    fn set(&self, found: FetchedKey) {
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = found;
    }
}

impl KeyCache {
    /// Creates an empty cache over a repository.
    pub(crate) fn new(keys: Arc<dyn ApiKeyRepository>, metrics: KeyCacheMetrics) -> Self {
        Self(Arc::new(Inner {
            keys,
            known: Cache::new(MAX_IDS),
            unknown: Cache::builder()
                .max_capacity(MAX_IDS)
                .time_to_live(UNKNOWN_LIFETIME)
                .build(),
            unknown_key_lookups: Semaphore::new(MAX_UNKNOWN_KEY_LOOKUPS),
            waiting_lookups: Semaphore::new(MAX_UNKNOWN_KEY_LOOKUPS + MAX_WAITING_LOOKUPS),
            metrics,
        }))
    }

    /// Returns the key with this id, at most four seconds old, or `None` if it does not exist.
    ///
    /// # Errors
    /// If a lookup is needed and the store fails or too many unknown ids are being looked up.
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
        let age = found.fetched_at.elapsed();
        if age < REFRESH_AGE {
            self.0.metrics.count(KeyLookup::Hit);
            return Ok(Some(found.key));
        }
        if age < MAX_AGE {
            self.0.metrics.count(KeyLookup::Stale);
            self.refresh_in_background(id, entry);
            return Ok(Some(found.key));
        }
        self.0.metrics.count(KeyLookup::Miss);
        let _single_lookup = entry.lookup_lock.lock().await;
        let found = entry.found();
        if found.fetched_at.elapsed() < MAX_AGE {
            return Ok(Some(found.key));
        }
        self.look_up(id, Some(&entry)).await
    }

    fn refresh_in_background(&self, id: ApiKeyId, entry: Arc<Entry>) {
        let cache = self.clone();
        if entry.lookup_lock.try_lock().is_err() {
            return;
        }
        tokio::spawn(async move {
            let Ok(_single_lookup) = entry.lookup_lock.try_lock() else {
                return;
            };
            if let Err(error) = cache.look_up(id, Some(&entry)).await {
                // No request has failed. The next one that needs the key reports the error.
                tracing::debug!(%error, "an API key could not be refreshed");
            }
        });
    }

    async fn find_uncached(&self, id: ApiKeyId) -> Result<Option<Arc<ApiKey>>, StoreError> {
        let busy = || {
            self.0.metrics.count(KeyLookup::Refused);
            StoreError::unavailable("too many unknown API keys are being looked up")
        };
        let _waiting_permit = self.0.waiting_lookups.try_acquire().map_err(|_| busy())?;
        let lookup_permit = timeout(LOOKUP_TIMEOUT, self.0.unknown_key_lookups.acquire()).await;
        let _lookup_permit = lookup_permit.map_err(|_| busy())?;
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
        let fetched_at = Instant::now();
        let Some(key) = self.0.keys.find(id).await?.map(Arc::new) else {
            self.0.known.invalidate(&id);
            self.0.unknown.insert(id, ());
            return Ok(None);
        };
        let found = FetchedKey {
            key: Arc::clone(&key),
            fetched_at,
        };
        if let Some(entry) = entry {
            entry.set(found);
        } else {
            let entry = Entry {
                found: Mutex::new(found),
                lookup_lock: AsyncMutex::default(),
            };
            self.0.known.insert(id, Arc::new(entry));
        }
        Ok(Some(key))
    }
}

#[cfg(test)]
mod tests;
