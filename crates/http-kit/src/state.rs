//! What the routes of every module share.

use std::num::NonZeroU32;
use std::ops::Deref;
use std::sync::Arc;

use bytes::Bytes;
use customers_metrics::KeyCacheMetrics;
use customers_ports::{ApiKeyRepository, Clock, StoreHealth};

use crate::auth::{KeyCache, RateLimit};
use crate::response_budget::ResponseBudget;
use crate::server::Drain;

/// What the shared state is made of.
pub struct HttpConfig {
    /// Where API keys are looked up.
    pub api_keys: Arc<dyn ApiKeyRepository>,
    /// The time by which keys expire.
    pub clock: Arc<dyn Clock>,
    /// Whether the store can be used, for readiness.
    pub health: Arc<dyn StoreHealth>,
    /// Whether the program is shutting down, for readiness.
    pub drain: Drain,
    /// Requests a second for each key; no limit when absent.
    pub rate_limit: Option<NonZeroU32>,
    /// Where look-ups of keys are counted.
    pub key_cache_metrics: KeyCacheMetrics,
    /// The OpenAPI document as JSON.
    pub document: Bytes,
}

/// The state that the extractors of this crate need. Clones are the same state.
#[derive(Clone)]
pub struct HttpState(Arc<Shared>);

/// See [`HttpState`].
pub struct Shared {
    pub(crate) key_cache: KeyCache,
    /// The memory that large responses may take.
    pub response_budget: ResponseBudget,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) health: Arc<dyn StoreHealth>,
    pub(crate) drain: Drain,
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) document: Bytes,
}

impl HttpState {
    /// Creates the state of one service.
    pub fn new(config: HttpConfig) -> Self {
        Self(Arc::new(Shared {
            key_cache: KeyCache::new(config.api_keys, config.key_cache_metrics),
            response_budget: ResponseBudget::new(),
            clock: config.clock,
            health: config.health,
            drain: config.drain,
            rate_limit: config.rate_limit.map(RateLimit::per_second),
            document: config.document,
        }))
    }
}

impl Deref for HttpState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
