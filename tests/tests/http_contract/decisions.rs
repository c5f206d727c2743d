//! Decisions with an id are stored once.

use customers_domain::Scope;
use customers_tests::{Answer, Call, TestApp, bodies};
use serde_json::{Value, json};

const UNUSED: &str = "01997099-05b3-7c4e-9b1f-2f6a1d3c5e70";

fn named(reason: &str) -> Value {
    json!({"reason": reason, "decision_id": "kyc-1"})
}

/// Panics unless the response is a replay of the first one.
#[track_caller]
fn assert_replayed(answer: &Answer, first: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.body, first.body);
    answer.assert_headers(&[
        ("content-type", "application/json"),
        ("etag", first.header("etag")),
        ("idempotent-replayed", "true"),
    ]);
}

pub async fn a_retried_decision_gets_its_first_response_for_any_version(app: TestApp) {
    let id = app.create(&bodies::whole_person()).await.id();
    let call = || app.decision(&id, "approve", 1, &named("seen"));
    let first = app.send(call()).await;
    first.assert_customer(2);
    assert_replayed(&app.send(call()).await, &first);
    app.edit(&id, 2, &json!({"first_name": "Jim"})).await;
    assert_replayed(&app.send(call()).await, &first);
    app.decide(&id, "close", 3).await;
    for tag in ["\"1\"", "\"2\"", "\"4\"", "\"99\"", "W/\"1\"", "*"] {
        assert_replayed(&app.send(call().header("if-match", tag)).await, &first);
    }
    let unnamed = app.send(call().without("if-match")).await;
    unnamed.assert_problem("version_required", &[]);
    assert_eq!(app.history(&id).await.len(), 4);
}

pub async fn a_decision_with_the_same_values_is_a_retry_from_any_key(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let first = app
        .send(app.decision(&id, "approve", 1, &named("seen")))
        .await;
    first.assert_customer(2);
    let padded = app.decision(&id, "approve", 1, &named("  seen\t"));
    assert_replayed(&app.send(padded).await, &first);
    let colleague = app.key_of("Acme", &[Scope::CUSTOMERS_REVIEW]).await;
    let call = app.decision(&id, "approve", 1, &named("seen"));
    assert_replayed(&app.send(call.key(&colleague)).await, &first);

    let id = app.create(&bodies::person()).await.id();
    let unreasoned = json!({"decision_id": "kyc-2"});
    let first = app.send(app.decision(&id, "submit", 1, &unreasoned)).await;
    let null = json!({"reason": null, "decision_id": "kyc-2"});
    assert_replayed(
        &app.send(app.decision(&id, "submit", 1, &null)).await,
        &first,
    );
}

pub async fn a_decision_id_with_other_characters_is_refused(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let other = app.create(&bodies::person()).await.id();
    let call = app.decision(&id, "approve", 1, &named("seen"));
    app.send(call).await.assert_customer(2);
    let unreasoned = json!({"decision_id": "kyc-1"});
    for call in [
        app.decision(&id, "close", 2, &named("seen")),
        app.decision(&id, "reopen", 2, &named("seen")),
        app.decision(&other, "approve", 1, &named("seen")),
        app.decision(UNUSED, "approve", 1, &named("seen")),
        app.decision("nobody", "approve", 1, &named("seen")),
        app.decision(&id, "approve", 1, &named("seen twice")),
        app.decision(&id, "approve", 1, &named("Seen")),
        app.decision(&id, "approve", 1, &unreasoned),
    ] {
        let answer = app.send(call).await;
        answer.assert_problem("idempotency_key_reused", &[]);
    }
    assert_eq!(app.history(&other).await.len(), 1);
    assert_eq!(app.history(&id).await.len(), 2);
}

pub async fn decision_ids_are_compared_to_the_last_character(app: TestApp) {
    for decision_id in ["kyc-1", "KYC-1", "kyc-1 ", " kyc-1", "kyc-10"] {
        let id = app.create(&bodies::person()).await.id();
        let body = json!({"decision_id": decision_id});
        let answer = app.send(app.decision(&id, "submit", 1, &body)).await;
        answer.assert_customer(2);
    }
}

pub async fn a_decision_id_belongs_to_its_tenant(app: TestApp) {
    let ours = app.create(&bodies::person()).await.id();
    let stranger = app.key_of("Globex", &Scope::CUSTOMERS).await;
    let theirs = app.send(app.post(&bodies::person()).key(&stranger)).await;
    for (id, key) in [(&ours, app.key()), (&theirs.id(), stranger.as_str())] {
        let call = app.decision(id, "approve", 1, &named("seen"));
        app.send(call.key(key)).await.assert_customer(2);
    }
    let curious = app.decision(&ours, "approve", 1, &json!({"decision_id": "kyc-2"}));
    app.send(curious.key(&stranger))
        .await
        .assert_problem("not_found", &[]);
}

pub async fn only_stored_decisions_use_up_their_id(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let refused = async |call: Call, status: u16| {
        assert_eq!(app.send(call).await.status, status);
    };
    refused(app.decision(UNUSED, "approve", 1, &named("seen")), 404).await;
    refused(app.decision(&id, "approve", 9, &named("seen")), 412).await;
    refused(app.decision(&id, "reopen", 1, &named("seen")), 409).await;
    refused(app.decision(&id, "approve", 1, &named("")), 422).await;
    let answer = app
        .send(app.decision(&id, "approve", 1, &named("seen")))
        .await;
    answer.assert_customer(2);
}
