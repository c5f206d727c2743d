use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use customers_domain::{ApiKey, ApiKeyId};
use customers_metrics::{KeyCacheMetrics, KeyLookup};
use customers_ports::{ApiKeyRepository, StoreError};
use moka::sync::Cache;
use tokio::sync::{Mutex as AsyncMutex, Semaphore};
use tokio::time::{Instant, timeout};

/// A key is believed for this long after it was looked up, so a revocation works everywhere within
/// five seconds.
const TRUST: Duration = Duration::from_secs(4);
/// From this age on it is looked up again in the background, so that no request waits for it.
const REFRESH: Duration = Duration::from_secs(2);
/// How long it is remembered that there is no key of an id.
const UNKNOWN_FOR: Duration = Duration::from_secs(2);
/// How many ids are remembered, known and unknown.
const IDS_MAX: u64 = 10_000;
/// Anyone can make up an id with a right checksum. So many look-ups of ids that were not seen before
/// run at once …
const STRANGERS_AT_ONCE: usize = 4;
/// … and so many more wait, this long at most; the rest are turned away.
const STRANGERS_WAITING: usize = 256;
const STRANGERS_WAIT: Duration = Duration::from_secs(2);

/// Remembers API keys, so that checking one costs no query in the usual case.
#[derive(Clone)]
pub struct KeyCache(Arc<Inner>);

struct Inner {
    keys: Arc<dyn ApiKeyRepository>,
    known: Cache<ApiKeyId, Arc<Entry>>,
    unknown: Cache<ApiKeyId, ()>,
    strangers: Semaphore,
    strangers_waiting: Semaphore,
    metrics: KeyCacheMetrics,
}

/// A key that exists, as it was found last.
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
    pub fn new(keys: Arc<dyn ApiKeyRepository>, metrics: KeyCacheMetrics) -> Self {
        Self(Arc::new(Inner {
            keys,
            known: Cache::new(IDS_MAX),
            unknown: Cache::builder()
                .max_capacity(IDS_MAX)
                .time_to_live(UNKNOWN_FOR)
                .build(),
            strangers: Semaphore::new(STRANGERS_AT_ONCE),
            strangers_waiting: Semaphore::new(STRANGERS_AT_ONCE + STRANGERS_WAITING),
            metrics,
        }))
    }

    /// The key of that id, as it was at most four seconds ago.
    ///
    /// # Errors
    /// When it has to be looked up and the store fails, or too many unknown ids are asked for.
    pub async fn find(&self, id: ApiKeyId) -> Result<Option<Arc<ApiKey>>, StoreError> {
        if let Some(entry) = self.0.known.get(&id) {
            return self.known(id, entry).await;
        }
        if self.0.unknown.contains_key(&id) {
            self.0.metrics.count(KeyLookup::Unknown);
            return Ok(None);
        }
        self.stranger(id).await
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
                // Not yet a failure for any caller: the next one that needs the key tells it.
                tracing::debug!(%error, "an API key could not be looked up again");
            }
        });
    }

    async fn stranger(&self, id: ApiKeyId) -> Result<Option<Arc<ApiKey>>, StoreError> {
        let busy = || {
            self.0.metrics.count(KeyLookup::Refused);
            StoreError::unavailable("too many unknown API keys are being looked up")
        };
        let _place = self.0.strangers_waiting.try_acquire().map_err(|_| busy())?;
        let turn = timeout(STRANGERS_WAIT, self.0.strangers.acquire()).await;
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
