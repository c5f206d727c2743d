//! State shared by the routes of every module.

use std::num::NonZeroU32;
use std::sync::Arc;

use customers_metrics::KeyCacheMetrics;
use customers_ports::{ApiKeyRepository, Clock, StoreHealth};

use crate::catalog::Catalog;
use crate::key_cache::KeyCache;
use crate::rate_limit::RateLimit;
use crate::response_budget::ResponseBudget;
use crate::server::Drain;

/// Configuration of the shared state.
pub(crate) struct HttpConfig {
    /// Declarations of the modules.
    pub(crate) catalog: Catalog,
    /// Repository of API keys.
    pub(crate) api_keys: Arc<dyn ApiKeyRepository>,
    /// Clock that decides whether a key has expired.
    pub(crate) clock: Arc<dyn Clock>,
    /// Health of the store, for readiness.
    pub(crate) health: Arc<dyn StoreHealth>,
    /// Shutdown state of the program, for readiness.
    pub(crate) drain: Drain,
    /// Maximum requests per second for each key. `None` means no limit.
    pub(crate) rate_limit: Option<NonZeroU32>,
    /// Metrics of key lookups.
    pub(crate) key_cache_metrics: KeyCacheMetrics,
}

/// The state that the extractors of this crate need: the key cache, quotas, the response budget, and the declarations
/// of the modules. Clones share their content.
///
/// A module's own state provides it with `FromRef`; see [`module`](crate::module).
#[derive(Clone)]
pub struct HttpState(Arc<Shared>);

/// Content of [`HttpState`].
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

    /// Returns the memory budget for pages.
    pub fn response_budget(&self) -> &ResponseBudget {
        &self.0.response_budget
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.0
    }
}
