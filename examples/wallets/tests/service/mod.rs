//! The service with customers in memory, and with wallets on the store under test.

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use chrono::TimeDelta;
use customers_adapter_memory::InMemoryStore;
use customers_adapter_postgres::{Database, PgSettings, migrate, migrate_module};
use customers_domain::{CustomerType, KycPolicy, Scope};
use customers_http_kit::server::Drain;
use customers_http_kit::service;
use customers_metrics::HttpMetrics;
use customers_ports::Clock;
use customers_test_support::builders::{TestClock, TestIds, parse};
use customers_test_support::postgres::PostgresServer;
use customers_use_cases::{ApiKeyService, CustomerService};
use http::{HeaderMap, Request};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use wallets::domain::OpeningPolicy;
use wallets::http::{WALLETS_READ, WALLETS_WRITE};
use wallets::{InMemoryWallets, PgWallets, SCHEMA, WalletRepository, WalletService};

/// A client of the service, with an API key.
#[derive(Clone)]
pub struct Service {
    store: Arc<InMemoryStore>,
    wallets: Arc<dyn WalletRepository>,
    clock: Arc<TestClock>,
    router: Router,
    key: String,
    _guard: Arc<dyn Any + Send + Sync>,
}

/// A response.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// The JSON body; null if there is none.
    pub body: Value,
}

/// Returns a service with wallets in memory.
pub async fn in_memory() -> Service {
    let clock = Arc::new(TestClock::new());
    let store = Arc::new(InMemoryStore::new(clock.clone()));
    let wallets = Arc::new(InMemoryWallets::new(Arc::clone(&store)));
    Service::new(clock, store, wallets, ()).await
}

/// Returns a service with wallets in a database of its own.
pub async fn on_postgres() -> Service {
    let home = PostgresServer::shared()
        .await
        .migrated_database(apply)
        .await;
    let database = Database::new(&PgSettings::new(home.url())).unwrap();
    let clock = Arc::new(TestClock::new());
    let store = Arc::new(InMemoryStore::new(clock.clone()));
    Service::new(clock, store, Arc::new(PgWallets::new(database)), home).await
}

async fn apply(url: &str) {
    let settings = PgSettings::new(url);
    migrate(&settings).await.unwrap();
    migrate_module(&settings, &SCHEMA).await.unwrap();
}

impl Service {
    async fn new(
        clock: Arc<TestClock>,
        store: Arc<InMemoryStore>,
        wallets: Arc<dyn WalletRepository>,
        guard: impl Any + Send + Sync,
    ) -> Self {
        let service = Self {
            store,
            wallets,
            clock,
            router: Router::new(),
            key: String::new(),
            _guard: Arc::new(guard),
        };
        let scopes = [&Scope::CUSTOMERS[..], &[WALLETS_READ, WALLETS_WRITE]].concat();
        service.with_minimum_age(0).with_scopes(&scopes).await
    }

    /// Returns the service with customers that must have existed for that many days.
    pub fn with_minimum_age(mut self, days: i64) -> Self {
        let clock: Arc<dyn Clock> = self.clock.clone();
        let customers = CustomerService::new(
            self.store.clone(),
            Arc::new(TestIds),
            Arc::clone(&clock),
            KycPolicy::verifying(&[CustomerType::Individual]),
        );
        let wallets = WalletService::new(
            customers.clone(),
            Arc::clone(&self.wallets),
            Arc::clone(&clock),
            Arc::new(TestIds),
            OpeningPolicy {
                minimum_age: TimeDelta::days(days),
            },
        );
        let service = service::Service {
            info: customers_adapter_http::SERVICE_INFO,
            modules: vec![
                customers_adapter_http::serving(customers),
                wallets::http::serving(wallets),
            ],
            api_keys: self.store.clone(),
            clock,
            health: self.store.clone(),
            drain: Drain::new(),
            rate_limit: None,
            metrics: HttpMetrics::default(),
            join_trace: None,
        };
        self.router = service.router().unwrap();
        self
    }

    async fn with_key_of(&self, tenant: &str, scopes: &[Scope]) -> Self {
        let keys = ApiKeyService::new(self.store.clone(), Arc::new(TestIds), self.clock.clone());
        let scopes = scopes.iter().copied().collect();
        let issued = keys.issue(&parse(tenant), scopes, None).await.unwrap();
        Self {
            key: issued.secret.expose().to_owned(),
            ..self.clone()
        }
    }

    /// Returns a client of the same tenant with these scopes.
    pub async fn with_scopes(&self, scopes: &[Scope]) -> Self {
        self.with_key_of("Acme", scopes).await
    }

    /// Returns a client of another tenant.
    pub async fn of_another_tenant(&self) -> Self {
        let scopes = [WALLETS_READ, WALLETS_WRITE];
        self.with_key_of("Other", &scopes).await
    }

    /// Lets time pass.
    pub fn advance_days(&self, days: i64) {
        self.clock.advance(TimeDelta::days(days));
    }

    async fn create(&self, customer_type: &str) -> String {
        let body = json!({
            "first_name": "Ada", "last_name": "Test", "email": "ada@example.com",
            "phone": "+2348012345678", "type": customer_type,
            "billing_address": {
                "line1": "1 Test Lane", "city": "Lagos", "state": "Lagos",
                "zip_code": "100001", "country": "NG",
            },
        });
        let created = self.post("/customers", &[], &body).await;
        assert_eq!(created.status, 201, "{:?}", created.body);
        created.body["data"]["id"].as_str().unwrap().to_owned()
    }

    /// Creates a customer that may transact.
    pub async fn active_customer(&self) -> String {
        self.create("business").await
    }

    /// Creates a customer that waits for verification.
    pub async fn pending_customer(&self) -> String {
        self.create("individual").await
    }

    /// Approves a new customer.
    pub async fn approve(&self, customer: &str) {
        self.decide(customer, "approve").await;
    }

    /// Suspends a new customer.
    pub async fn suspend(&self, customer: &str) {
        self.decide(customer, "suspend").await;
    }

    async fn decide(&self, customer: &str, verb: &str) {
        let path = format!("/customers/{customer}/{verb}");
        let body = json!({"reason": "of a test"});
        let decided = self.post(&path, &[("if-match", "\"1\"")], &body).await;
        assert_eq!(decided.status, 200, "{:?}", decided.body);
    }

    /// Opens a wallet.
    pub async fn open(&self, body: &Value) -> Answer {
        self.post("/wallets", &[], body).await
    }

    /// Opens a wallet with an idempotency key.
    pub async fn open_with_key(&self, key: &str, body: &Value) -> Answer {
        self.post("/wallets", &[("idempotency-key", key)], body)
            .await
    }

    async fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let mut request = Request::post(path).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request, Body::from(body.to_string())).await
    }

    /// Reads a path.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty()).await
    }

    /// Reads a path unless it still has this entity tag.
    pub async fn get_unless(&self, path: &str, tag: &str) -> Answer {
        let request = Request::get(path).header("if-none-match", tag);
        self.send(request, Body::empty()).await
    }

    async fn send(&self, request: http::request::Builder, body: Body) -> Answer {
        let request = request
            .header("host", "127.0.0.1")
            .header("authorization", format!("Bearer {}", self.key))
            .body(body)
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body: if body.is_empty() {
                Value::Null
            } else {
                serde_json::from_slice(&body).unwrap()
            },
        }
    }
}
