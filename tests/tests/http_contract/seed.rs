//! The request in the README and its response.

use customers_domain::{CustomerType, KycPolicy};
use customers_tests::{TestApp, bodies};
use serde_json::{Value, json};

pub async fn the_documented_request_creates_a_customer(app: TestApp) {
    let answer = app.send(app.post(&bodies::seed())).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let id = answer.id();
    let body = json!({
        "data": {"id": id, "status": "pending_kyc", "created_at": "2025-09-22T09:01:09Z"}
    });
    assert_eq!(answer.json(), body);
    answer.assert_headers(&[
        ("content-type", "application/json"),
        ("location", &format!("/customers/{id}")),
        ("etag", "\"1\""),
    ]);
    assert_eq!((id.len(), &id[14..15]), (36, "7"), "{id}");
}

pub async fn the_documented_failures_have_their_statuses(app: TestApp) {
    let status = async |body: &Value| app.send(app.post(body)).await.status;
    let seed = bodies::seed();
    assert_eq!(status(&bodies::without(seed.clone(), "/phone")).await, 400);
    assert_eq!(
        status(&bodies::with(seed.clone(), "/phone", "12")).await,
        422
    );
    assert_eq!(
        app.send(app.post(&seed).without("authorization"))
            .await
            .status,
        401
    );
    assert_eq!(status(&seed).await, 201);
    assert_eq!(status(&seed).await, 409);
}

pub async fn optional_members_may_be_absent_or_null(app: TestApp) {
    let lean = bodies::without(bodies::person(), "/billing_address/line2");
    app.create(&lean).await;
    let mut nulls = bodies::person();
    nulls["billing_address"]["line2"] = Value::Null;
    nulls["external_id"] = Value::Null;
    nulls["metadata"] = Value::Null;
    app.create(&nulls).await;
}

pub async fn a_customer_of_a_type_without_verification_starts_active(app: TestApp) {
    let status = async |app: &TestApp, kind: &str| {
        let body = bodies::with(bodies::person(), "/type", kind);
        app.create(&body).await.json()["data"]["status"].clone()
    };
    assert_eq!(status(&app, "individual").await, "pending_kyc");
    assert_eq!(status(&app, "business").await, "pending_kyc");
    let mut app = app;
    app.kyc_policy = KycPolicy::verifying(&[CustomerType::Business]);
    let app = app.rebuilt();
    assert_eq!(status(&app, "individual").await, "active");
    assert_eq!(status(&app, "business").await, "pending_kyc");
}
