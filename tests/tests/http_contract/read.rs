//! Reads of a customer, and conditional reads.

use customers_tests::{TestApp, bodies};
use serde_json::{Value, json};

pub async fn a_customer_is_read_with_every_field(app: TestApp) {
    let body = bodies::with(bodies::whole_person(), "/phone", "+234 801 234 5678");
    let id = app.create(&body).await.id();
    let answer = app.send(app.get(&format!("/customers/{id}"))).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.json(),
        json!({"data": {
            "id": id,
            "status": "pending_kyc",
            "status_reason": null,
            "status_since": "2025-09-22T09:01:09Z",
            "may_transact": false,
            "allowed_transitions": ["submit", "approve", "reject", "close"],
            "first_name": "James",
            "last_name": "Okafor",
            "email": body["email"],
            "phone": "+2348012345678",
            "type": "individual",
            "billing_address": {
                "line1": "123 Test Lane",
                "line2": "Suite 456",
                "city": "Lagos",
                "state": "Lagos",
                "zip_code": "100001",
                "country": "NG"
            },
            "external_id": body["external_id"],
            "metadata": {"segment": "retail", "note": ""},
            "version": 1,
            "created_at": "2025-09-22T09:01:09Z",
            "updated_at": "2025-09-22T09:01:09Z"
        }})
    );
    answer.assert_headers(&[("content-type", "application/json"), ("etag", "\"1\"")]);
}

pub async fn omitted_members_are_null_or_empty(app: TestApp) {
    let body = bodies::without(bodies::person(), "/billing_address/line2");
    let id = app.create(&body).await.id();
    let customer = app.send(app.get(&format!("/customers/{id}"))).await.json();
    let data = &customer["data"];
    assert_eq!(data["billing_address"].get("line2"), Some(&Value::Null));
    assert_eq!(data.get("external_id"), Some(&Value::Null));
    assert_eq!(data.get("metadata"), Some(&json!({})));
}

pub async fn the_location_header_leads_to_the_customer(app: TestApp) {
    let created = app.create(&bodies::person()).await;
    let answer = app.send(app.get(created.header("location"))).await;
    assert_eq!(answer.id(), created.id());
    assert_eq!(answer.header("etag"), created.header("etag"));
    assert_eq!(
        answer.json()["data"]["created_at"],
        created.json()["data"]["created_at"]
    );
}

pub async fn a_matching_if_none_match_gets_304_without_a_body(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let call = || app.get(&format!("/customers/{id}"));
    for current in [
        "\"1\"",
        "W/\"1\"",
        "*",
        "\"0\", \"1\"",
        "\"x\",W/\"1\"",
        " \"1\" , \"2\"",
    ] {
        let answer = app.send(call().header("if-none-match", current)).await;
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (304, ""),
            "{current}"
        );
        answer.assert_headers(&[("etag", "\"1\"")]);
    }
    let lines = call()
        .header("if-none-match", "\"9\"")
        .another("if-none-match", "\"1\"");
    assert_eq!(app.send(lines).await.status, 304);
    for other in ["\"2\"", "1", "", "W/\"11\"", "w/\"1\"", "\"*\""] {
        let answer = app.send(call().header("if-none-match", other)).await;
        assert_eq!(answer.status, 200, "{other}");
    }
}

/// The condition is checked after the key and the existence of the customer.
pub async fn if_none_match_is_checked_last(app: TestApp) {
    let call = app
        .get("/customers/01997099-05b3-7c4e-9b1f-2f6a1d3c5e70")
        .header("if-none-match", "*");
    app.send(call.clone())
        .await
        .assert_problem("not_found", &[]);
    assert_eq!(app.send(call.without("authorization")).await.status, 401);
}
