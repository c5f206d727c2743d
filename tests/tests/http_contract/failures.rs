//! Failing stores: 503 and 500 without details.

use std::sync::Arc;

use customers_ports::{
    ApiKeyRepository, CreateOutcome, CustomerRepository, MockApiKeyRepository,
    MockCustomerRepository, MockStoreHealth, StoreError,
};
use customers_tests::{Answer, Call, TestApp, bodies};
use serde_json::json;

const REASON: &str = "zqreason: SELECT secret FROM /var/lib/store";

fn with_customers(mut app: TestApp, customers: MockCustomerRepository) -> TestApp {
    app.stores.customers = Arc::new(customers) as Arc<dyn CustomerRepository>;
    app.rebuilt()
}

fn with_keys(mut app: TestApp, keys: MockApiKeyRepository) -> TestApp {
    app.stores.api_keys = Arc::new(keys) as Arc<dyn ApiKeyRepository>;
    app.rebuilt()
}

#[track_caller]
fn assert_opaque(answer: &Answer, code: &str, headers: &[(&str, &str)]) {
    answer.assert_problem(code, headers);
    assert!(!answer.text().contains("zqreason"), "{}", answer.text());
}

/// Sends a create and a read to an app whose store fails.
async fn both(app: &TestApp) -> [Answer; 2] {
    let read = app.get("/customers/01997099-05b3-7c4e-9b1f-2f6a1d3c5e70");
    [app.refused(&bodies::person()).await, app.send(read).await]
}

pub async fn an_unreachable_store_is_unavailable_with_retry_after(app: TestApp) {
    let mut customers = MockCustomerRepository::new();
    customers
        .expect_create()
        .returning(|_, _| Err(StoreError::unavailable(REASON)));
    customers
        .expect_find()
        .returning(|_, _| Err(StoreError::unavailable(REASON)));
    for answer in both(&with_customers(app, customers)).await {
        assert_opaque(&answer, "unavailable", &[("retry-after", "1")]);
    }
}

/// Returns every request on an existing customer.
fn of_a_life(app: &TestApp) -> Vec<Call> {
    let id = "01997099-05b3-7c4e-9b1f-2f6a1d3c5e70";
    let named = json!({"reason": "documents seen", "decision_id": "kyc-1"});
    let dry = format!("/customers/{id}?validate_only=true");
    vec![
        app.get("/customers"),
        app.get(&format!("/customers/{id}/history")),
        app.patch(id, 1, &json!({})),
        app.patch(id, 1, &json!({})).path(&dry),
        app.decision(id, "close", 1, &json!({"reason": "asked to"})),
        app.decision(id, "close", 1, &named),
        app.post(&bodies::person())
            .path("/customers?validate_only=true"),
    ]
}

fn failing(error: fn() -> StoreError) -> MockCustomerRepository {
    let mut customers = MockCustomerRepository::new();
    customers.expect_find().returning(move |_, _| Err(error()));
    customers.expect_list().returning(move |_, _| Err(error()));
    customers
        .expect_history()
        .returning(move |_, _, _| Err(error()));
    customers
        .expect_find_decision()
        .returning(move |_, _| Err(error()));
    customers
        .expect_find_holder()
        .returning(move |_, _| Err(error()));
    customers
}

pub async fn a_failing_store_reveals_no_details_in_any_operation(app: TestApp) {
    let away = with_customers(app.clone(), failing(|| StoreError::unavailable(REASON)));
    for call in of_a_life(&away) {
        let answer = away.send(call).await;
        assert_opaque(&answer, "unavailable", &[("retry-after", "1")]);
    }
    let broken = with_customers(app, failing(|| StoreError::defect(REASON)));
    for call in of_a_life(&broken) {
        assert_opaque(&broken.send(call).await, "internal", &[]);
    }
}

pub async fn a_defect_of_the_store_is_internal_without_details(app: TestApp) {
    let mut customers = MockCustomerRepository::new();
    customers
        .expect_create()
        .returning(|_, _| Err(StoreError::defect(REASON)));
    customers
        .expect_find()
        .returning(|_, _| Err(StoreError::defect(REASON)));
    for answer in both(&with_customers(app, customers)).await {
        assert_opaque(&answer, "internal", &[]);
    }
}

pub async fn a_panic_is_internal_without_details(app: TestApp) {
    let mut customers = MockCustomerRepository::new();
    customers
        .expect_create()
        .returning(|_, _| panic!("{REASON}"));
    customers.expect_find().returning(|_, _| panic!("{REASON}"));
    for answer in both(&with_customers(app, customers)).await {
        assert_opaque(&answer, "internal", &[]);
    }
}

pub async fn a_key_that_cannot_be_looked_up_is_unavailable_and_not_unauthorized(app: TestApp) {
    let mut keys = MockApiKeyRepository::new();
    keys.expect_find()
        .returning(|_| Err(StoreError::unavailable(REASON)));
    let app = with_keys(app, keys);
    for answer in both(&app).await {
        assert_opaque(&answer, "unavailable", &[("retry-after", "1")]);
    }
    // Requests that are refused without a lookup still are.
    let malformed = app.send(app.get("/customers/nobody").key("nonsense")).await;
    assert_eq!(malformed.status, 401);
}

pub async fn a_defect_during_a_key_lookup_is_internal(app: TestApp) {
    let mut keys = MockApiKeyRepository::new();
    keys.expect_find()
        .returning(|_| Err(StoreError::defect(REASON)));
    for answer in both(&with_keys(app, keys)).await {
        assert_opaque(&answer, "internal", &[]);
    }
}

pub async fn a_key_of_a_long_running_request_is_in_progress(app: TestApp) {
    let mut customers = MockCustomerRepository::new();
    customers
        .expect_create()
        .returning(|_, _| Ok(CreateOutcome::KeyInProgress));
    let app = with_customers(app, customers);
    let answer = app.send(app.post(&bodies::person()).once("busy")).await;
    answer.assert_problem("idempotency_in_progress", &[("retry-after", "1")]);
}

pub async fn a_failed_create_does_not_use_up_its_key(app: TestApp) {
    let body = bodies::person();
    let mut customers = MockCustomerRepository::new();
    customers
        .expect_create()
        .returning(|_, _| Err(StoreError::unavailable(REASON)));
    let failing = with_customers(app.clone(), customers);
    assert_eq!(
        failing.send(failing.post(&body).once("retry")).await.status,
        503
    );
    let answer = app.send(app.post(&body).once("retry")).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
}

pub async fn a_program_without_its_store_is_alive_and_not_ready(mut app: TestApp) {
    let mut health = MockStoreHealth::new();
    health
        .expect_check()
        .returning(|| Err(StoreError::unavailable(REASON)));
    app.stores.health = Arc::new(health);
    let app = app.rebuilt();
    assert_eq!(app.send(Call::get("/health/live")).await.status, 200);
    let ready = app.send(Call::get("/health/ready")).await;
    assert_opaque(&ready, "unavailable", &[("retry-after", "1")]);
    assert_eq!(app.send(Call::get("/openapi.json")).await.status, 200);
}
