use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use customers_http_kit::server::Drain;
use customers_http_kit::{HttpConfig, HttpState, JoinTrace, openapi as kit_openapi, service};
use customers_metrics::HttpMetrics;
use customers_ports::{ApiKeyRepository, Clock, StoreHealth};
use customers_use_cases::CustomerService;

use crate::openapi;
use crate::state::CustomersState;

/// What the HTTP face is made of.
pub struct Api {
    /// The use cases.
    pub customers: CustomerService,
    /// Where callers' keys are looked up.
    pub api_keys: Arc<dyn ApiKeyRepository>,
    /// The time by which keys expire.
    pub clock: Arc<dyn Clock>,
    /// Whether the store can be used, for readiness.
    pub health: Arc<dyn StoreHealth>,
    /// Whether the program is going away, for readiness.
    pub drain: Drain,
    /// Requests a second for each key; no limit when absent.
    pub rate_limit: Option<NonZeroU32>,
    /// Where requests and look-ups of keys are counted; nowhere by default.
    pub metrics: HttpMetrics,
    /// How the span of a request becomes part of its caller's trace; without it there are no spans.
    pub join_trace: Option<JoinTrace>,
}

impl Api {
    /// The service: every route, and everything around them.
    pub fn router(self) -> Router {
        let http = HttpState::new(HttpConfig {
            api_keys: self.api_keys,
            clock: self.clock,
            health: self.health,
            drain: self.drain,
            rate_limit: self.rate_limit,
            key_cache_metrics: self.metrics.key_cache,
            document: openapi::document().into(),
        });
        let public = kit_openapi::public_routes().with_state(http.clone());
        let customers = self.customers;
        let routes = openapi::routes().with_state(CustomersState { http, customers });
        let router = routes.merge(public).split_for_parts().0;
        service::complete(router, self.metrics.requests, self.join_trace)
    }
}
