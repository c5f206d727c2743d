//! Modules put together: one router, one document, one `/docs`, one `/problems`.

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
/// When two modules declare the same scope, problem, field code or route.
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

/// What a service is made of.
pub struct Service {
    /// How the service introduces itself.
    pub info: ServiceInfo,
    /// Its modules.
    pub modules: Vec<BoundModule>,
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
    /// Where requests and look-ups of keys are counted; nowhere by default.
    pub metrics: HttpMetrics,
    /// How the span of a request becomes part of its client's trace; without it there are no spans.
    pub join_trace: Option<JoinTrace>,
}

impl Service {
    /// Returns the router with every route and everything around them: unknown routes and methods, panics, the rules
    /// of framing, request ids, the request log and, where traces are sent, a span for each request.
    ///
    /// # Errors
    /// When two modules declare the same scope, problem, field code or route.
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
                request_log::carry_out,
            ));
        Ok(match self.join_trace {
            Some(join) => router.layer(middleware::from_fn_with_state(join, trace::carry_out)),
            None => router,
        })
    }
}
