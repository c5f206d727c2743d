use std::any::Any;
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use customers_domain::{CustomerType, KycPolicy, RetentionPeriod, Scope};
use customers_http_kit::server::Drain;
use customers_http_kit::service::Service;
use customers_metrics::HttpMetrics;
use customers_ports::Clock;
use customers_test_support::builders::{TestClock, TestIds, parse};
use customers_test_support::contract::{Stores, StoresWithFeed};
use customers_use_cases::{ApiKeyService, CustomerService};
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::feed::FeedTask;
use crate::{Answer, Call};

/// The HTTP adapter over a store, called without a socket.
///
/// Clones share their content. After a change of `stores`, `kyc_policy`, `retention` or `rate_limit`,
/// [`TestApp::rebuilt`] returns the resulting app.
#[derive(Clone)]
pub struct TestApp {
    /// The ports of the store.
    pub stores: Stores,
    /// Customer types that are verified.
    pub kyc_policy: KycPolicy,
    /// Retention period of rejected and closed customers.
    pub retention: RetentionPeriod,
    /// Maximum requests per second for each key.
    pub rate_limit: Option<NonZeroU32>,
    /// The clock of the use cases and of API keys.
    pub clock: Arc<TestClock>,
    /// Shutdown state of the program.
    pub drain: Drain,
    feed: Option<StoresWithFeed>,
    runner: Option<Arc<FeedTask>>,
    key: String,
    router: Router,
    _guard: Arc<dyn Any + Send + Sync>,
}

impl TestApp {
    /// Creates an app with default settings over an empty store.
    pub async fn over<G: Any + Send + Sync>((stores, guard): (Stores, G)) -> Self {
        let mut app = Self {
            stores,
            kyc_policy: KycPolicy::verifying(CustomerType::ALL),
            retention: RetentionPeriod::NONE,
            rate_limit: None,
            clock: Arc::new(TestClock::new()),
            drain: Drain::new(),
            feed: None,
            runner: None,
            key: String::new(),
            router: Router::new(),
            _guard: Arc::new(guard),
        };
        app.key = app.key_of("Acme", &Scope::CUSTOMERS).await;
        app.rebuilt()
    }

    /// Creates an app with the event feed over an empty store.
    pub async fn feeding<G: Any + Send + Sync>((fed, guard): (StoresWithFeed, G)) -> Self {
        let mut app = Self::over((fed.stores.clone(), guard)).await;
        app.feed = Some(fed);
        let scopes = Scope::CUSTOMERS.into_iter().chain([Scope::EVENTS_READ]);
        app.key = app.key_of("Acme", &scopes.collect::<Vec<_>>()).await;
        app.rebuilt()
    }

    /// Creates the app again from its parts, with empty caches.
    #[must_use]
    pub fn rebuilt(mut self) -> Self {
        let clock: Arc<dyn Clock> = self.clock.clone();
        let feed = self
            .feed
            .as_ref()
            .map(|fed| FeedTask::start(fed, clock.clone(), self.drain.clone()));
        let customers = match &feed {
            Some(feed) => feed.signalled(self.stores.customers.clone()),
            None => self.stores.customers.clone(),
        };
        let customers = CustomerService::new(
            customers,
            Arc::new(TestIds),
            clock.clone(),
            self.kyc_policy.clone(),
        )
        .retaining_for(self.retention);
        let service = Service {
            info: customers_adapter_http::SERVICE_INFO,
            modules: [customers_adapter_http::serving(customers)]
                .into_iter()
                .chain(feed.as_ref().map(FeedTask::module))
                .collect(),
            api_keys: self.stores.api_keys.clone(),
            clock,
            health: self.stores.health.clone(),
            drain: self.drain.clone(),
            rate_limit: self.rate_limit,
            metrics: HttpMetrics::default(),
            join_trace: None,
        };
        let router = service.router();
        self.router = router.expect("no module declares what another does");
        self.runner = feed.map(Arc::new);
        self
    }

    /// Returns the router, to serve it with a listener.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Returns the use cases of API keys.
    pub fn keys(&self) -> ApiKeyService {
        ApiKeyService::new(
            self.stores.api_keys.clone(),
            Arc::new(TestIds),
            self.clock.clone(),
        )
    }

    /// Creates a key of a tenant with these scopes and no expiry.
    pub async fn key_of(&self, tenant: &str, scopes: &[Scope]) -> String {
        let scopes = scopes.iter().copied().collect();
        let issued = self.keys().issue(&parse(tenant), scopes, None).await;
        issued
            .expect("the store takes a key")
            .secret
            .expose()
            .to_owned()
    }

    /// Returns the key of the tenant Acme with every scope, which [`TestApp::get`] and [`TestApp::post`] send.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns a GET with the key.
    pub fn get(&self, path: &str) -> Call {
        Call::get(path).key(&self.key)
    }

    /// Returns a create with the key.
    pub fn post(&self, body: &Value) -> Call {
        Call::new("POST", "/customers").key(&self.key).json(body)
    }

    /// Sends a request and checks the properties of every response.
    pub async fn send(&self, call: Call) -> Answer {
        let request_id = call.request_id().cloned();
        let answer = self.answer(call.into_request()).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        if let Some(request_id) = request_id {
            assert_eq!(answer.headers.get("x-request-id"), Some(&request_id));
        }
        answer
    }

    /// Sends a request that [`Call`] cannot represent.
    pub async fn answer(&self, request: Request<Body>) -> Answer {
        let response = self.router().oneshot(request).await;
        let (head, body) = response
            .expect("the service never fails as a whole")
            .into_parts();
        let body = body.collect().await.expect("bodies are whole");
        Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body: body.to_bytes(),
        }
    }

    /// Creates a customer. Panics if that fails.
    #[track_caller]
    pub fn create(&self, body: &Value) -> impl Future<Output = Answer> + use<> {
        let (app, call) = (self.clone(), self.post(body));
        async move {
            let answer = app.send(call).await;
            assert_eq!(answer.status, 201, "{}", answer.text());
            answer
        }
    }

    /// Sends a create that is refused for its shape or its values.
    pub async fn refused(&self, body: &Value) -> Answer {
        self.send(self.post(body)).await
    }
}
