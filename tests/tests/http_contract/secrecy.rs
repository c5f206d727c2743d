//! Errors of edits, verbs and lists contain no input.

use customers_tests::{Call, TestApp, bodies};
use serde_json::json;

const PLANTED: &str = "zqplanted";

async fn assert_silent(app: &TestApp, call: Call) {
    let shown = format!("{call:?}");
    let answer = app.send(call).await;
    assert!(answer.status >= 400, "{shown}");
    let text = format!("{:?} {}", answer.headers, answer.text());
    assert!(!text.to_ascii_lowercase().contains(PLANTED), "{text}");
    assert!(!text.contains(app.key()), "{text}");
}

pub async fn refused_edits_do_not_repeat_client_input(app: TestApp) {
    let holder = bodies::with(bodies::person(), "/email", "zqplanted@example.com");
    let holder = bodies::with(holder, "/external_id", "zqplanted");
    app.create(&holder).await;
    let body = bodies::with(bodies::person(), "/first_name", "Zqplanted");
    let id = app.create(&body).await.id();
    for patch in [
        json!({"first_name": "\u{1}zqplanted", "email": "zqplanted", "phone": "zqplanted"}),
        json!({"external_id": "zqplanted\u{0}", "billing_address": {"zip_code": "zqplanted_"}}),
        json!({"billing_address": {"country": "zqplanted", "city": "zqplanted".repeat(20)}}),
        json!({"metadata": {"note": "zqplanted\u{0}"}}),
        json!({"first_name": ["zqplanted"], "type": "zqplanted", "metadata": "zqplanted"}),
        json!({"email": "zqplanted@example.com"}),
        json!({"external_id": "zqplanted"}),
        json!("zqplanted"),
        json!(["zqplanted"]),
    ] {
        assert_silent(&app, app.patch(&id, 1, &patch)).await;
    }
    let jim = json!({"first_name": "Zqplanted Jim"});
    let stale = app.patch(&id, 9, &jim);
    assert_silent(&app, stale.clone()).await;
    assert_silent(&app, stale.clone().header("if-match", "\"zqplanted\"")).await;
    assert_silent(&app, stale.clone().header("content-type", "text/zqplanted")).await;
    assert_silent(&app, stale.clone().bytes("{\"zqplanted\":\"zqplanted")).await;
    assert_silent(&app, stale.path("/customers/zqplanted")).await;
    let (closed, version) = app.in_status("closed").await;
    assert_silent(&app, app.patch(&closed, version, &jim)).await;
}

pub async fn refused_verbs_do_not_repeat_client_input(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let body = json!({"reason": "zqplanted", "decision_id": "zqplanted"});
    let rejected = app.send(app.decision(&id, "reject", 1, &body)).await;
    rejected.assert_customer(2);
    for (verb, version, body) in [
        ("reopen", 2, body.clone()),
        ("approve", 2, json!({"reason": "zqplanted"})),
        ("reopen", 1, json!({"reason": "zqplanted"})),
        (
            "reopen",
            2,
            json!({"reason": "zqplanted\u{0}", "decision_id": "zqplanted\n"}),
        ),
        ("reopen", 2, json!({"reason": "zqplanted".repeat(60)})),
        (
            "reopen",
            2,
            json!({"reason": ["zqplanted"], "decision_id": {"x": "zqplanted"}}),
        ),
        ("reopen", 2, json!({"note": "zqplanted"})),
        ("zqplanted", 2, json!({"reason": "zqplanted"})),
    ] {
        assert_silent(&app, app.decision(&id, verb, version, &body)).await;
    }
}

pub async fn refused_lists_do_not_repeat_client_input(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    for query in [
        "status=zqplanted",
        "type=zqplanted",
        "email=zqplanted",
        "phone=zqplanted",
        "external_id=zqplanted%00",
        "country=zqplanted",
        "created_from=zqplanted&created_before=zqplanted",
        "limit=zqplanted",
        "cursor=zqplanted",
        "page=zqplanted",
    ] {
        assert_silent(&app, app.get(&format!("/customers?{query}"))).await;
    }
    for path in [
        format!("/customers/{id}/history?cursor=zqplanted"),
        format!("/customers/{id}?q=zqplanted"),
        "/customers/zqplanted/history".into(),
        "/statuses?q=zqplanted".into(),
    ] {
        assert_silent(&app, app.get(&path)).await;
    }
}
