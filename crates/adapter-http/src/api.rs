use std::num::NonZeroU32;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRef;
use axum::{Router, middleware};
use customers_metrics::HttpMetrics;
use customers_ports::{ApiKeyRepository, Clock, StoreHealth};
use customers_use_cases::CustomerService;
use tower_http::catch_panic::CatchPanicLayer;

use crate::answer_budget::AnswerBudget;
use crate::auth::{KeyCache, RateLimit};
use crate::problem::{Problem, ProblemCode};
use crate::server::Drain;
use crate::trace::{self, JoinTrace};
use crate::{exchange, openapi};

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

/// What handlers and extractors share.
#[derive(Clone)]
pub(crate) struct ApiState(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) customers: CustomerService,
    pub(crate) key_cache: KeyCache,
    pub(crate) answers: AnswerBudget,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) health: Arc<dyn StoreHealth>,
    pub(crate) drain: Drain,
    pub(crate) rate_limit: Option<RateLimit>,
}

impl Deref for ApiState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl FromRef<ApiState> for CustomerService {
    fn from_ref(state: &ApiState) -> Self {
        state.customers.clone()
    }
}

impl Api {
    /// The service: every route, and everything around them.
    pub fn router(self) -> Router {
        let state = ApiState(Arc::new(Shared {
            customers: self.customers,
            key_cache: KeyCache::new(self.api_keys, self.metrics.key_cache),
            answers: AnswerBudget::new(),
            clock: self.clock,
            health: self.health,
            drain: self.drain,
            rate_limit: self.rate_limit.map(RateLimit::per_second),
        }));
        let router = openapi::routes()
            .split_for_parts()
            .0
            .fallback(async || Problem::new(ProblemCode::NotFound))
            .method_not_allowed_fallback(async || Problem::new(ProblemCode::MethodNotAllowed))
            .layer(CatchPanicLayer::custom(exchange::after_panic))
            .layer(middleware::from_fn_with_state(
                self.metrics.requests,
                exchange::carry_out,
            ));
        let router = match self.join_trace {
            Some(join) => router.layer(middleware::from_fn_with_state(join, trace::carry_out)),
            None => router,
        };
        router.with_state(state)
    }
}
