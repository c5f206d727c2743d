//! Combines modules into one router, one OpenAPI document, and the pages `/docs` and `/problems`.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::{Router, middleware};
use customers_metrics::HttpMetrics;
use customers_ports::{ApiKeyRepository, Clock, StoreHealth};
use tower_http::catch_panic::CatchPanicLayer;

use crate::catalog::Catalog;
use crate::contract::Contract;
use crate::duplicates::DuplicateDeclaration;
use crate::framing;
use crate::module::BoundModule;
use crate::pages;
use crate::problem::{Problem, common};
use crate::request_log;
use crate::server::Drain;
use crate::service_info::ServiceInfo;
use crate::state::{HttpConfig, HttpState};
use crate::trace::{self, JoinTrace};

/// Describes a service without serving it: its document, scopes and problems.
///
/// # Errors
/// If two modules declare the same scope, problem, field code or route.
pub fn catalog(
    info: ServiceInfo,
    modules: impl IntoIterator<Item = Contract>,
) -> Result<Catalog, DuplicateDeclaration> {
    let contracts: Vec<Contract> = modules
        .into_iter()
        .chain([pages::module().into_contract()])
        .collect();
    Catalog::new(info, &contracts)
}

/// The parts of a service.
pub struct Service {
    /// Title, version and description of the service.
    pub info: ServiceInfo,
    /// Its modules.
    pub modules: Vec<BoundModule>,
    /// Repository of API keys.
    pub api_keys: Arc<dyn ApiKeyRepository>,
    /// Clock that decides whether a key has expired.
    pub clock: Arc<dyn Clock>,
    /// Health of the store, for readiness.
    pub health: Arc<dyn StoreHealth>,
    /// Shutdown state of the program, for readiness.
    pub drain: Drain,
    /// Maximum requests per second for each key. `None` means no limit.
    pub rate_limit: Option<NonZeroU32>,
    /// Metrics of requests and key lookups. By default they are discarded.
    pub metrics: HttpMetrics,
    /// Joins the span of a request to the trace of its client. Without it there are no spans.
    pub join_trace: Option<JoinTrace>,
}

impl Service {
    /// Returns the router with every route and the middleware: fallbacks for unknown routes and methods, panic
    /// handling, framing checks, request ids, the request log, and a span for each request if traces are sent.
    ///
    /// # Errors
    /// If two modules declare the same scope, problem, field code or route.
    pub fn router(self) -> Result<Router, DuplicateDeclaration> {
        let contracts = self.modules.iter().map(|module| module.contract.clone());
        let catalog = catalog(self.info, contracts)?;
        let http = HttpState::new(HttpConfig {
            catalog,
            api_keys: self.api_keys,
            clock: self.clock,
            health: self.health,
            drain: self.drain,
            rate_limit: self.rate_limit,
            key_cache_metrics: self.metrics.key_cache,
        });
        let pages = pages::module().with_state(HttpState::clone);
        let router = self
            .modules
            .into_iter()
            .chain([pages])
            .fold(Router::new(), |router, module| {
                router.merge((module.mount)(&http))
            })
            .fallback(async || Problem::new(&common::NOT_FOUND))
            .method_not_allowed_fallback(async || Problem::new(&common::METHOD_NOT_ALLOWED))
            .layer(CatchPanicLayer::custom(request_log::after_panic))
            .layer(middleware::from_fn(framing::check))
            .layer(middleware::from_fn_with_state(
                self.metrics.requests,
                request_log::log_request,
            ));
        Ok(match self.join_trace {
            Some(join) => router.layer(middleware::from_fn_with_state(join, trace::trace_request)),
            None => router,
        })
    }
}
