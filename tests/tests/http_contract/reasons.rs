//! The body of a verb: reason and decision id.

use customers_tests::life::RULES;
use customers_tests::{TestApp, bodies};
use serde_json::{Value, json};

pub async fn a_missing_reason_is_reported_with_every_other_shape_error(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    for (verb, _, _, _, required) in RULES {
        if !required {
            continue;
        }
        for body in [json!({}), json!({"reason": null, "decision_id": null})] {
            let answer = app.send(app.decision(&id, verb, 1, &body)).await;
            answer.assert_errors("invalid_request", &[("/reason", "missing")]);
        }
        let body = json!({"decision_id": 5, "note": "x", "status": "active"});
        let answer = app.send(app.decision(&id, verb, 1, &body)).await;
        let errors = [
            ("/reason", "missing"),
            ("/decision_id", "wrong_type"),
            ("/note", "unknown_field"),
            ("/status", "unknown_field"),
        ];
        answer.assert_errors("invalid_request", &errors);
    }
    assert_eq!(app.history(&id).await.len(), 1);
}

pub async fn a_reason_that_is_not_required_may_be_absent_or_null(app: TestApp) {
    for body in [
        json!({}),
        json!({"reason": null}),
        json!({"reason": null, "decision_id": null}),
    ] {
        for verb in ["submit", "approve"] {
            let id = app.create(&bodies::person()).await.id();
            let answer = app.send(app.decision(&id, verb, 1, &body)).await;
            answer.assert_customer(2);
            assert_eq!(answer.json()["data"]["status_reason"], Value::Null);
        }
    }
}

pub async fn the_body_of_a_verb_is_an_object_and_not_absent(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let call = || app.decision(&id, "submit", 1, &json!({}));
    let absent = app.send(call().bytes("")).await;
    absent.assert_problem("malformed_json", &[]);
    for body in ["null", "[]", "\"reason\"", "1", "true"] {
        let answer = app.send(call().bytes(body)).await;
        answer.assert_errors("invalid_request", &[("", "wrong_type")]);
    }
    let wrong = json!({"reason": ["x"], "decision_id": {"x": "y"}});
    let answer = app.send(call().json(&wrong)).await;
    let errors = [("/reason", "wrong_type"), ("/decision_id", "wrong_type")];
    answer.assert_errors("invalid_request", &errors);
    let body = json!({"reason": "x", "decision_id": "kyc-1"});
    let twice = bodies::with_repeated(&body, "/reason", &json!("y"));
    let answer = app.send(call().bytes(twice)).await;
    answer.assert_errors("invalid_request", &[("/reason", "duplicate_field")]);
}

pub async fn a_reason_has_at_most_500_characters(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let longest = "\u{e9}".repeat(500);
    let padded = format!(" \t{longest}\n");
    let mut version = 1;
    for (sent, kept) in [
        ("documents seen", "documents seen"),
        ("  trimmed \u{3000}", "trimmed"),
        ("Zoe\u{308} was here", "Zo\u{eb} was here"),
        (&padded, &longest),
    ] {
        let verb = if version % 2 == 1 { "reject" } else { "reopen" };
        let body = json!({"reason": sent});
        let answer = app.send(app.decision(&id, verb, version, &body)).await;
        version += 1;
        answer.assert_customer(version);
        assert_eq!(answer.json()["data"]["status_reason"], kept);
    }
    let long = "\u{e9}".repeat(501);
    for (bad, code) in [
        ("", "blank"),
        (" \t\n\u{a0}", "blank"),
        (&long, "too_long"),
        ("a\u{0}b", "invalid_character"),
        ("a\nb", "invalid_character"),
        ("a\u{202e}b", "invalid_character"),
    ] {
        for verb in ["submit", "close"] {
            let call = app.decision(&id, verb, version, &json!({"reason": bad}));
            let answer = app.send(call).await;
            answer.assert_errors("invalid_fields", &[("/reason", code)]);
        }
    }
}

pub async fn a_decision_id_is_printable_ascii_and_kept_as_sent(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let longest = "k".repeat(255);
    let mut version = 1;
    for good in ["kyc-1", " padded ", "~", "a b\"c", &longest] {
        let verb = if version % 2 == 1 { "reject" } else { "reopen" };
        let body = json!({"reason": "x", "decision_id": good});
        let answer = app.send(app.decision(&id, verb, version, &body)).await;
        version += 1;
        answer.assert_customer(version);
        assert_eq!(app.history(&id).await[0]["decision_id"], good);
    }
    let long = "k".repeat(256);
    for (bad, code) in [
        ("", "blank"),
        ("  ", "blank"),
        (&long, "too_long"),
        ("caf\u{e9}", "invalid_decision_id"),
        ("a\tb", "invalid_decision_id"),
        ("a\u{0}", "invalid_decision_id"),
        ("a\u{7f}", "invalid_decision_id"),
    ] {
        let body = json!({"reason": "", "decision_id": bad});
        let answer = app.send(app.decision(&id, "close", version, &body)).await;
        let errors = [("/reason", "blank"), ("/decision_id", code)];
        answer.assert_errors("invalid_fields", &errors);
    }
}

pub async fn a_verb_ignores_the_idempotency_key(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let call = app.decision(&id, "submit", 1, &json!({})).once("");
    app.send(call).await.assert_customer(2);
    let edit = app.patch(&id, 2, &json!({"first_name": "Jim"})).once("");
    app.send(edit).await.assert_customer(3);
    // No outcome is recorded for the key either.
    let edit = |name| app.patch(&id, 3, &json!({"first_name": name})).once("same");
    app.send(edit("Jem")).await.assert_customer(4);
    let again = app.send(edit("Jem")).await;
    again.assert_problem("version_mismatch", &[]);
}

pub async fn a_verb_accepts_only_json(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let call = || app.decision(&id, "submit", 1, &json!({}));
    for bad in ["application/merge-patch+json", "text/plain", ""] {
        let answer = app.send(call().header("content-type", bad)).await;
        answer.assert_problem("unsupported_media_type", &[("accept", "application/json")]);
    }
    let absent = app.send(call().without("content-type")).await;
    absent.assert_problem("unsupported_media_type", &[("accept", "application/json")]);
    let excluded = app.send(call().header("accept", "text/html")).await;
    excluded.assert_problem("not_acceptable", &[]);
    let parameter = call().path(&format!("/customers/{id}/submit?validate_only=true"));
    let answer = app.send(parameter).await;
    answer.assert_errors(
        "invalid_request",
        &[("/validate_only", "unknown_parameter")],
    );
    app.send(call()).await.assert_customer(2);
}
