//! Content negotiation: 406 and 415.

use customers_tests::{Call, TestApp, bodies};

pub async fn an_accept_header_that_excludes_json_is_not_acceptable(app: TestApp) {
    for bad in [
        "text/html",
        "application/xml, text/*",
        "application/json;q=0",
        "*/*, application/json;q=0",
        "application/*;q=0, text/html",
        "application/problem+json",
        "application/vnd.example+json",
    ] {
        for call in [app.post(&bodies::person()), app.get("/customers/nobody")] {
            let answer = app.send(call.header("accept", bad)).await;
            answer.assert_problem("not_acceptable", &[]);
        }
    }
}

pub async fn an_accept_header_that_includes_json_is_accepted(app: TestApp) {
    for good in [
        "application/json",
        "Application/JSON",
        "*/*",
        "application/*",
        "text/html, application/json;q=0.1",
        "text/html;q=1, */*;q=0.1",
        "*/*;q=0, application/json",
        "application/json; charset=utf-8",
    ] {
        let answer = app
            .send(app.post(&bodies::person()).header("accept", good))
            .await;
        assert_eq!(answer.status, 201, "{good}: {}", answer.text());
    }
    let call = app.post(&bodies::person());
    let two = call
        .another("accept", "text/html")
        .another("accept", "application/json");
    assert_eq!(app.send(two).await.status, 201);
}

pub async fn public_pages_ignore_accept(app: TestApp) {
    for path in [
        "/health/live",
        "/health/ready",
        "/openapi.json",
        "/docs",
        "/problems/internal",
    ] {
        let answer = app
            .send(Call::get(path).header("accept", "image/png"))
            .await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
}

pub async fn a_body_of_another_media_type_is_refused_with_the_accepted_one(app: TestApp) {
    let call = || app.post(&bodies::person());
    let refused = async |call: Call| {
        let answer = app.send(call).await;
        answer.assert_problem("unsupported_media_type", &[("accept", "application/json")]);
    };
    refused(call().without("content-type")).await;
    for bad in [
        "",
        "text/plain",
        "text/json",
        "application/x+json",
        "application/vnd.api+json",
        "application/merge-patch+json",
        "application/jsonx",
        "application/json, text/plain",
        "application/json; charset=iso-8859-1",
        "application/json; charset=utf-16",
        "application/json; profile=x",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "application/json\u{e9}",
    ] {
        refused(call().header("content-type", bad)).await;
    }
    refused(call().another("content-type", "application/json")).await;
    for coding in ["gzip", "identity", ""] {
        refused(call().header("content-encoding", coding)).await;
    }
}

pub async fn a_json_media_type_may_have_the_charset_utf_8(app: TestApp) {
    for good in [
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "APPLICATION/JSON ; Charset=\"utf-8\"",
    ] {
        let call = app.post(&bodies::person()).header("content-type", good);
        let answer = app.send(call).await;
        assert_eq!(answer.status, 201, "{good}: {}", answer.text());
    }
}
