//! `If-Match`: every change states the version that it changes.

use customers_tests::{Call, TestApp, bodies};
use serde_json::json;

/// Returns an edit and a verb that are valid for version 1.
fn changes(app: &TestApp, id: &str) -> [Call; 2] {
    [
        app.patch(id, 1, &json!({"first_name": "Jim"})),
        app.decision(id, "close", 1, &json!({"reason": "asked to"})),
    ]
}

pub async fn a_change_that_names_no_version_is_refused(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    for call in changes(&app, &id) {
        let answer = app.send(call.without("if-match")).await;
        answer.assert_problem("version_required", &[]);
    }
    assert_eq!(app.history(&id).await.len(), 1);
}

pub async fn anything_but_the_one_strong_tag_of_the_version_is_a_mismatch(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    for call in changes(&app, &id) {
        for other in [
            "\"2\"",
            "\"0\"",
            "W/\"1\"",
            "w/\"1\"",
            "*",
            "\"*\"",
            "\"1\", \"2\"",
            "\"1\",\"1\"",
            "\"1\",",
            "1",
            "\"1",
            "1\"",
            "'1'",
            "\"01\"",
            "\"+1\"",
            "\"-1\"",
            "\"1.0\"",
            "\"1 \"",
            "\" 1\"",
            "\"1\"x",
            "\"\u{661}\"",
            "\"\"",
            "",
            "\"4294967297\"",
            "\"99999999999999999999\"",
        ] {
            let answer = app.send(call.clone().header("if-match", other)).await;
            assert_eq!(answer.status, 412, "{other}: {}", answer.text());
            answer.assert_problem("version_mismatch", &[]);
        }
        let undecodable = app.send(call.clone().header("if-match", b"\xff")).await;
        undecodable.assert_problem("version_mismatch", &[]);
        for second in ["\"1\"", "\"2\""] {
            let answer = app.send(call.clone().another("if-match", second)).await;
            answer.assert_problem("version_mismatch", &[]);
        }
    }
    assert_eq!(app.history(&id).await.len(), 1);
}

pub async fn an_outdated_decision_is_refused(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    app.decide(&id, "reject", 1).await;
    let late = app.send(app.decision(&id, "approve", 1, &json!({}))).await;
    late.assert_problem("version_mismatch", &[]);
    let edit = app.patch(&id, 1, &json!({"first_name": "Jim"}));
    app.send(edit).await.assert_problem("version_mismatch", &[]);
    let customer = app.customer(&id).await;
    assert_eq!(
        (&customer["status"], &customer["version"]),
        (&json!("rejected"), &json!(2))
    );
}

pub async fn the_etag_of_each_response_is_valid_for_the_next_change(app: TestApp) {
    let created = app.create(&bodies::person()).await;
    let id = created.id();
    let mut tag = created.header("etag").to_owned();
    for n in 1..=5_u64 {
        let edit = app.patch(&id, 1, &json!({"first_name": format!("James {n}")}));
        let answer = app.send(edit.header("if-match", &tag)).await;
        answer.assert_customer(n + 1);
        answer.header("etag").clone_into(&mut tag);
        let read = app.send(app.get(&format!("/customers/{id}"))).await;
        assert_eq!(read.header("etag"), tag);
    }
}
