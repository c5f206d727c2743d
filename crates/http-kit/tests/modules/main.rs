//! Independent modules in one service.

#![expect(
    clippy::unwrap_used,
    reason = "all of this is test code, where a panic is a failed test"
)]

mod wallets;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use chrono::DateTime;
use customers_domain::{ApiKey, Scope, Scopes, TenantId};
use customers_http_kit::field_code::FieldCode;
use customers_http_kit::module::{BoundModule, Module, ScopeDefinition};
use customers_http_kit::problem::ProblemKind;
use customers_http_kit::server::Drain;
use customers_http_kit::service::{self, Service};
use customers_http_kit::{DuplicateDeclaration, HttpState, ServiceInfo};
use customers_metrics::HttpMetrics;
use customers_ports::{MockApiKeyRepository, MockClock, MockStoreHealth};
use customers_use_cases::ApiKeySecret;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use utoipa_axum::router::OpenApiRouter;

const INFO: ServiceInfo = ServiceInfo {
    title: "Bank <1>",
    version: "1.2.3",
    description: "A service of two modules.",
    license: "MIT",
    license_url: "https://opensource.org/license/mit",
    realm: "bank",
};

/// Returns a service with a key that has the given scopes.
fn serving(scopes: Scopes) -> (Router, String) {
    let secret = ApiKeySecret::generate().unwrap();
    let key = ApiKey {
        id: secret.id(),
        tenant_id: TenantId::from_canonical("01890a5d-ac96-774b-bcce-b302099a8057").unwrap(),
        scopes,
        secret_hash: secret.hash(),
        created_at: DateTime::UNIX_EPOCH,
        expires_at: None,
        revoked_at: None,
    };
    let mut api_keys = MockApiKeyRepository::new();
    api_keys
        .expect_find()
        .returning(move |id| Ok((id == key.id).then(|| key.clone())));
    let mut clock = MockClock::new();
    clock.expect_now().return_const(DateTime::UNIX_EPOCH);
    let mut health = MockStoreHealth::new();
    health.expect_check().returning(|| Ok(()));
    let service = Service {
        info: INFO,
        modules: vec![wallets::serving()],
        api_keys: Arc::new(api_keys),
        clock: Arc::new(clock),
        health: Arc::new(health),
        drain: Drain::new(),
        rate_limit: None,
        metrics: HttpMetrics::default(),
        join_trace: None,
    };
    let authorization = format!("Bearer {}", secret.expose());
    (service.router().unwrap(), authorization)
}

async fn call(router: &Router, request: Request<Body>) -> (StatusCode, String) {
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

async fn get(router: &Router, path: &str) -> (StatusCode, String) {
    let request = Request::get(path)
        .header("host", "bank.example")
        .body(Body::empty())
        .unwrap();
    call(router, request).await
}

async fn post(router: &Router, authorization: &str, body: &Value) -> (StatusCode, Value) {
    let request = Request::post("/wallets")
        .header("host", "bank.example")
        .header("authorization", authorization)
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    let (status, body) = call(router, request).await;
    (status, serde_json::from_str(&body).unwrap())
}

#[tokio::test]
async fn a_module_serves_its_routes_with_its_own_scope_problem_and_field_code() {
    let (router, key) = serving(Scopes::from_iter([wallets::WALLETS_WRITE]));
    let created = post(&router, &key, &json!({"currency": "EUR", "limit": 12.5e1})).await;
    let wallet = json!({"data": {"currency": "EUR", "limit": "125"}});
    assert_eq!(created, (StatusCode::CREATED, wallet));

    let (status, refused) = post(&router, &key, &json!({"currency": "eur", "limit": -1})).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let errors = json!([
        {"pointer": "/currency", "code": "unknown_currency", "message": "must be an ISO 4217 code"},
        {"pointer": "/limit", "code": "negative_amount", "message": "must be 0 or more"},
    ]);
    assert_eq!(refused["errors"], errors);

    let (status, full) = post(&router, &key, &json!({"currency": "XXX", "limit": 1})).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(full["code"], "wallet_limit_reached");
    assert_eq!(full["wallets"], json!({"held": 3}));
}

#[tokio::test]
async fn a_scope_that_no_module_declares_grants_nothing() {
    let names = ["wallets:read", "wallets:writer"].map(str::to_owned);
    let (router, key) = serving(Scopes::from_stored(names));
    let (status, refused) = post(&router, &key, &json!({})).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(refused["code"], "insufficient_scope");
}

#[tokio::test]
async fn what_a_module_declares_is_on_the_pages_and_in_the_document() {
    let (router, _) = serving(Scopes::default());
    let (status, page) = get(&router, "/problems/wallet_limit_reached").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("Close a wallet first."), "{page}");
    let (_, page) = get(&router, "/problems/invalid_fields").await;
    assert!(page.contains("unknown_currency") && page.contains("must be an ISO 4217 code"));
    let (_, page) = get(&router, "/docs").await;
    assert!(page.contains("<title>Bank &lt;1&gt; API</title>"), "{page}");

    let (_, document) = get(&router, "/openapi.json").await;
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["info"]["title"], "Bank <1>");
    let components = &document["components"];
    assert!(components["responses"]["wallet_limit_reached"].is_object());
    let member = &components["schemas"]["Problem"]["properties"]["wallets"];
    assert_eq!(member["$ref"], "#/components/schemas/WalletCount");
    let codes = &components["schemas"]["FieldErrorCode"];
    assert!(
        codes["description"]
            .as_str()
            .unwrap()
            .contains("`unknown_currency`")
    );
    assert!(
        codes["enum"]
            .as_array()
            .unwrap()
            .contains(&json!("unknown_currency"))
    );
    let envelope = &components["schemas"]["WalletResponse"]["properties"]["data"];
    assert_eq!(envelope["$ref"], "#/components/schemas/Wallet");
    let keys = &components["securitySchemes"]["api_key"]["description"];
    assert!(keys.as_str().unwrap().contains("`wallets:write`"));
}

#[tokio::test]
async fn the_challenge_names_the_realm_of_the_service() {
    let (router, _) = serving(Scopes::default());
    let request = Request::post("/wallets")
        .header("host", "bank.example")
        .body(Body::empty())
        .unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        response.headers()["www-authenticate"],
        "Bearer realm=\"bank\""
    );
}

/// Returns a module to add one declaration to.
fn module(name: &'static str) -> Module<HttpState> {
    Module::new(name, OpenApiRouter::new())
}

fn bound(module: Module<HttpState>) -> BoundModule {
    module.with_state(HttpState::clone)
}

fn refusal(modules: [Module<HttpState>; 2]) -> DuplicateDeclaration {
    let contracts = modules.map(Module::into_contract);
    service::catalog(INFO, contracts).unwrap_err()
}

#[test]
fn two_modules_that_declare_the_same_are_refused_with_both_names() {
    static TAKEN: ProblemKind = ProblemKind::new("taken", StatusCode::CONFLICT, "Taken");
    static UNAVAILABLE: ProblemKind = ProblemKind::new("unavailable", StatusCode::CONFLICT, "Ours");
    const SCOPE: ScopeDefinition = ScopeDefinition::new(Scope::declare("a:b"), "Do b.");
    const CODE: FieldCode = FieldCode::new("bad", "is bad");

    let problem = refusal([
        module("one").problems([&TAKEN]),
        module("two").problems([&TAKEN]),
    ]);
    assert_eq!(
        problem.to_string(),
        "the modules `one` and `two` both declare the problem `taken`; rename one of them"
    );
    let scope = refusal([module("one").scopes([SCOPE]), module("two").scopes([SCOPE])]);
    assert_eq!((scope.what, scope.name.as_str()), ("scope", "a:b"));
    let code = refusal([
        module("one").field_codes([CODE]),
        module("two").field_codes([CODE]),
    ]);
    assert_eq!((code.what, code.name.as_str()), ("field code", "bad"));
    let common = refusal([module("one").problems([&UNAVAILABLE]), module("two")]);
    assert_eq!((common.first, common.second), ("one", "http-kit"));
}

#[test]
fn a_route_that_two_modules_have_is_refused_whatever_its_parameter_is_called() {
    let contracts = [wallets::module(), wallets::module_again()].map(Module::into_contract);
    let refused = service::catalog(INFO, contracts).unwrap_err();
    assert_eq!(refused.what, "route");
    assert_eq!(refused.name, "GET /wallets/{}");
}

#[test]
fn a_parameter_that_two_modules_name_differently_is_refused() {
    let contracts = [wallets::module(), wallets::module_of_holds()].map(Module::into_contract);
    let refused = service::catalog(INFO, contracts).unwrap_err();
    assert_eq!(refused.what, "path parameter");
    assert_eq!(refused.name, "/wallets/{id} as /wallets/{wallet}");
    assert_eq!((refused.first, refused.second), ("wallets", "holds"));
}

#[test]
fn a_service_of_no_module_has_its_pages() {
    let catalog = service::catalog(INFO, []).unwrap();
    assert!(catalog.scopes().is_empty());
    assert!(
        catalog
            .problems()
            .iter()
            .any(|kind| kind.code() == "not_found")
    );
    let _ = bound(module("empty"));
}
