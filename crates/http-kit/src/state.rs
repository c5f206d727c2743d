//! What the routes of every module share.

use std::num::NonZeroU32;
use std::sync::Arc;

use customers_metrics::KeyCacheMetrics;
use customers_ports::{ApiKeyRepository, Clock, StoreHealth};

use crate::catalog::Catalog;
use crate::key_cache::KeyCache;
use crate::rate_limit::RateLimit;
use crate::response_budget::ResponseBudget;
use crate::server::Drain;

/// What the shared state is made of.
pub(crate) struct HttpConfig {
    /// What the modules declare.
    pub(crate) catalog: Catalog,
    /// Where API keys are looked up.
    pub(crate) api_keys: Arc<dyn ApiKeyRepository>,
    /// The time by which keys expire.
    pub(crate) clock: Arc<dyn Clock>,
    /// Whether the store can be used, for readiness.
    pub(crate) health: Arc<dyn StoreHealth>,
    /// Whether the program is shutting down, for readiness.
    pub(crate) drain: Drain,
    /// Requests a second for each key; no limit when absent.
    pub(crate) rate_limit: Option<NonZeroU32>,
    /// Where look-ups of keys are counted.
    pub(crate) key_cache_metrics: KeyCacheMetrics,
}

/// The state that the extractors of this crate need: the cache of API keys, quotas, the response budget, and what the
/// modules declare. Clones are the same state.
///
/// A module's own state gives it by `FromRef`; see [`module`](crate::module).
#[derive(Clone)]
pub struct HttpState(Arc<Shared>);

/// The parts of [`HttpState`].
pub(crate) struct Shared {
    pub(crate) catalog: Catalog,
    pub(crate) key_cache: KeyCache,
    pub(crate) response_budget: ResponseBudget,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) health: Arc<dyn StoreHealth>,
    pub(crate) drain: Drain,
    pub(crate) rate_limit: Option<RateLimit>,
}

impl HttpState {
    /// Creates the state of one service.
    pub(crate) fn new(config: HttpConfig) -> Self {
        Self(Arc::new(Shared {
            catalog: config.catalog,
            key_cache: KeyCache::new(config.api_keys, config.key_cache_metrics),
            response_budget: ResponseBudget::new(),
            clock: config.clock,
            health: config.health,
            drain: config.drain,
            rate_limit: config.rate_limit.map(RateLimit::per_second),
        }))
    }

    /// The memory that large responses share.
    pub fn response_budget(&self) -> &ResponseBudget {
        &self.0.response_budget
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.0
    }
}
