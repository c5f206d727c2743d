//! Unknown query parameters are refused.

use customers_tests::{Call, TestApp, bodies};
use serde_json::json;

pub async fn every_unknown_parameter_is_reported_on_every_route(app: TestApp) {
    let query = "?validate-only=true&page=2&a%2Fb=~&page=3&=x&flag";
    let expected = [
        ("/validate-only", "unknown_parameter"),
        ("/page", "unknown_parameter"),
        ("/a~1b", "unknown_parameter"),
        ("/", "unknown_parameter"),
        ("/flag", "unknown_parameter"),
    ];
    let id = app.create(&bodies::person()).await.id();
    for call in [
        app.post(&bodies::person())
            .path(&format!("/customers{query}")),
        app.get(&format!("/customers{query}")),
        app.get(&format!("/statuses{query}")),
        app.get(&format!("/customers/{id}{query}")),
        app.get(&format!("/customers/{id}/history{query}")),
        app.patch(&id, 1, &json!({}))
            .path(&format!("/customers/{id}{query}")),
        app.decision(&id, "submit", 1, &json!({}))
            .path(&format!("/customers/{id}/submit{query}")),
        app.get(&format!("/customers/nobody{query}")),
        Call::get(&format!("/health/live{query}")),
        Call::get(&format!("/health/ready{query}")),
        Call::get(&format!("/openapi.json{query}")),
        Call::get(&format!("/docs{query}")),
        Call::get(&format!("/docs/scalar.js{query}")),
        Call::get(&format!("/problems/internal{query}")),
    ] {
        app.send(call)
            .await
            .assert_errors("invalid_request", &expected);
    }
}

pub async fn an_unknown_route_with_a_parameter_is_not_found(app: TestApp) {
    app.send(app.get("/nonsense?page=2"))
        .await
        .assert_problem("not_found", &[]);
}

pub async fn an_empty_query_is_none(app: TestApp) {
    for path in ["/customers?", "/customers?&"] {
        let answer = app.send(app.post(&bodies::person()).path(path)).await;
        assert_eq!(answer.status, 201, "{path}: {}", answer.text());
        assert_eq!(app.send(app.get(path)).await.status, 200, "{path}");
    }
}

pub async fn a_misspelt_dry_run_creates_nothing(app: TestApp) {
    let body = bodies::person();
    let answer = app
        .send(app.post(&body).path("/customers?validate_onyl=true"))
        .await;
    answer.assert_errors(
        "invalid_request",
        &[("/validate_onyl", "unknown_parameter")],
    );
    app.create(&body).await;
}

pub async fn at_most_a_hundred_parameters_are_named_and_long_names_are_cut(app: TestApp) {
    let many: Vec<String> = (0..150).map(|n| format!("p{n}=1")).collect();
    let answer = app
        .send(app.get(&format!("/customers/nobody?{}", many.join("&"))))
        .await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.json()["errors"].as_array().map(Vec::len), Some(100));
    let long = "n".repeat(200);
    let answer = app
        .send(app.get(&format!("/customers/nobody?{long}=1")))
        .await;
    let cut = format!("/{}", &long[..127]);
    answer.assert_errors("invalid_request", &[(&cut, "unknown_parameter")]);
}
