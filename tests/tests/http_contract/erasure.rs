//! Erasure: who may be erased and when, and what remains.

use std::time::Duration;

use chrono::TimeDelta;
use customers_domain::{RetentionPeriod, Scope};
use customers_tests::life::WAYS;
use customers_tests::{Answer, Call, TestApp, bodies};
use serde_json::{Value, json};

const UNUSED: &str = "01997099-05b3-7c4e-9b1f-2f6a1d3c5e70";
/// Time of every request, unless the test advances the clock.
const NOW: &str = "2025-09-22T09:01:09Z";

fn erasure(app: &TestApp, id: &str, version: u64, body: &Value) -> Call {
    app.decision(id, "erase", version, body)
}

/// Panics unless the customer was erased in the version after this one.
#[track_caller]
fn assert_erased(answer: &Answer, id: &str, version: u64, erased_at: &str) {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let expected = json!({"data": {"id": id, "erased_at": erased_at, "version": version + 1}});
    assert_eq!(answer.json(), expected);
    answer.assert_headers(&[("content-type", "application/json")]);
}

#[track_caller]
fn assert_gone(answer: &Answer, erased_at: &str) {
    answer.assert_problem_with("customer_erased", &[], |problem| {
        problem["erased_at"] = json!(erased_at);
    });
}

/// A closed customer that was erased, with its id and last version.
async fn erased(app: &TestApp) -> (String, u64) {
    let (id, version) = app.in_status("closed").await;
    let answer = app.send(erasure(app, &id, version, &json!({}))).await;
    assert_erased(&answer, &id, version, NOW);
    (id, version)
}

pub async fn only_rejected_and_closed_customers_are_erased(app: TestApp) {
    for (status, _) in WAYS {
        let (id, version) = app.in_status(status).await;
        let answer = app.send(erasure(&app, &id, version, &json!({}))).await;
        if ["rejected", "closed"].contains(&status) {
            assert_erased(&answer, &id, version, NOW);
        } else {
            answer.assert_forbidden(status, None);
            assert_eq!(app.customer(&id).await["status"], status);
        }
    }
}

pub async fn an_erasure_needs_its_own_scope(app: TestApp) {
    let (id, version) = app.in_status("closed").await;
    let others = Scope::CUSTOMERS.into_iter();
    let others: Vec<Scope> = others.filter(|it| *it != Scope::CUSTOMERS_ERASE).collect();
    let key = app.key_of("Acme", &others).await;
    let call = erasure(&app, &id, version, &json!({}));
    let answer = app.send(call.clone().key(&key)).await;
    answer.assert_problem("insufficient_scope", &[]);
    let key = app.key_of("Acme", &[Scope::CUSTOMERS_ERASE]).await;
    assert_erased(&app.send(call.key(&key)).await, &id, version, NOW);
}

pub async fn a_customer_is_kept_for_the_retention_period(mut app: TestApp) {
    app.retention = RetentionPeriod::new(Duration::from_hours(24)).unwrap();
    let app = app.rebuilt();
    let (id, version) = app.in_status("rejected").await;
    let erase = async || app.send(erasure(&app, &id, version, &json!({}))).await;
    let retained = |answer: &Answer| {
        answer.assert_problem_with("retention_period", &[], |problem| {
            problem["erasable_from"] = json!("2025-09-23T09:01:10Z");
        });
    };
    retained(&erase().await);
    app.clock
        .advance(TimeDelta::days(1) - TimeDelta::seconds(1));
    retained(&erase().await);
    // The status is checked first.
    let (active, of_active) = app.in_status("active").await;
    let answer = app
        .send(erasure(&app, &active, of_active, &json!({})))
        .await;
    answer.assert_forbidden("active", None);
    app.clock.advance(TimeDelta::seconds(2));
    assert_erased(&erase().await, &id, version, "2025-09-23T09:01:10Z");
}

pub async fn the_retention_period_begins_anew_with_each_status(mut app: TestApp) {
    app.retention = RetentionPeriod::new(Duration::from_hours(24)).unwrap();
    let app = app.rebuilt();
    let (id, version) = app.in_status("rejected").await;
    app.clock.advance(TimeDelta::hours(23));
    app.decide(&id, "close", version).await;
    app.clock.advance(TimeDelta::hours(23));
    let call = || erasure(&app, &id, version + 1, &json!({}));
    assert_eq!(app.send(call()).await.code(), "retention_period");
    app.clock.advance(TimeDelta::hours(2));
    assert_eq!(app.send(call()).await.status, 200);
}

pub async fn an_erased_customer_is_gone_for_every_request_but_its_history(app: TestApp) {
    let (id, version) = erased(&app).await;
    app.clock.advance(TimeDelta::hours(1));
    let path = format!("/customers/{id}");
    let dry = format!("{path}?validate_only=true");
    let because = json!({"reason": "asked to"});
    for version in [version, version + 1, 99] {
        for call in [
            app.get(&path),
            app.patch(&id, version, &json!({"first_name": "Jim"})),
            app.patch(&id, version, &json!({})),
            app.patch(&id, version, &json!({"first_name": "Jim"}))
                .path(&dry),
            app.decision(&id, "close", version, &because),
            app.decision(&id, "reopen", version, &because),
            erasure(&app, &id, version, &json!({})),
            erasure(&app, &id, version, &json!({"decision_id": "gdpr-1"})),
        ] {
            assert_gone(&app.send(call).await, NOW);
        }
    }
    let stranger = app.key_of("Globex", &Scope::CUSTOMERS).await;
    for call in [app.get(&path), app.get(&format!("{path}/history"))] {
        let answer = app.send(call.key(&stranger)).await;
        answer.assert_problem("not_found", &[]);
    }
}

pub async fn the_history_of_an_erased_customer_has_no_reasons(app: TestApp) {
    let id = app.create(&bodies::whole_person()).await.id();
    let body = json!({"reason": "zq forged passport", "decision_id": "kyc-1"});
    let rejected = app.send(app.decision(&id, "reject", 1, &body)).await;
    rejected.assert_customer(2);
    let body = json!({"decision_id": "gdpr-1"});
    let answer = app.send(erasure(&app, &id, 2, &body)).await;
    assert_erased(&answer, &id, 2, NOW);
    let history = app.history(&id).await;
    let verbs: Vec<&Value> = history.iter().map(|entry| &entry["verb"]).collect();
    assert_eq!(verbs, ["erase", "reject", "create"]);
    for entry in &history {
        assert_eq!(entry["reason"], Value::Null);
    }
    let newest = &history[0];
    assert_eq!(newest["version"], 3);
    assert_eq!(
        (&newest["from"], &newest["to"]),
        (&json!("rejected"), &json!("rejected"))
    );
    assert_eq!(newest["changed_fields"], json!([]));
    assert_eq!(newest["decision_id"], "gdpr-1");
    assert_eq!(history[1]["decision_id"], "kyc-1");
}

pub async fn an_erasure_sent_again_with_its_decision_id_is_replayed(app: TestApp) {
    let (id, version) = app.in_status("closed").await;
    let body = json!({"decision_id": "gdpr-1"});
    let first = app.send(erasure(&app, &id, version, &body)).await;
    assert_erased(&first, &id, version, NOW);
    app.clock.advance(TimeDelta::hours(1));
    for version in [version, version + 1, 99] {
        let again = app.send(erasure(&app, &id, version, &body)).await;
        assert_eq!((again.status, &again.body), (200, &first.body));
        again.assert_headers(&[
            ("content-type", "application/json"),
            ("idempotent-replayed", "true"),
        ]);
    }
    let null = json!({"decision_id": null});
    assert_gone(&app.send(erasure(&app, &id, version, &null)).await, NOW);
    assert_eq!(app.history(&id).await.len(), 3);
}

pub async fn the_decision_id_of_an_erasure_belongs_to_it_alone(app: TestApp) {
    let (id, version) = app.in_status("closed").await;
    let other = app.create(&bodies::person()).await.id();
    let named = json!({"reason": "asked to", "decision_id": "kyc-1"});
    let call = app.decision(&other, "close", 1, &named);
    app.send(call).await.assert_customer(2);
    let body = json!({"decision_id": "gdpr-1"});
    let answer = app.send(erasure(&app, &id, version, &body)).await;
    assert_erased(&answer, &id, version, NOW);
    let named = json!({"reason": "asked to", "decision_id": "gdpr-1"});
    for call in [
        erasure(&app, &other, 2, &body),
        erasure(&app, UNUSED, 1, &body),
        erasure(&app, &other, 2, &json!({"decision_id": "kyc-1"})),
        app.decision(&other, "close", 2, &named),
        app.decision(&id, "close", version, &named),
    ] {
        let answer = app.send(call).await;
        answer.assert_problem("idempotency_key_reused", &[]);
    }
}

pub async fn a_decision_of_before_the_erasure_is_gone_and_its_id_stays_used(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let named = json!({"reason": "forged", "decision_id": "kyc-1"});
    let call = app.decision(&id, "reject", 1, &named);
    app.send(call.clone()).await.assert_customer(2);
    let answer = app.send(erasure(&app, &id, 2, &json!({}))).await;
    assert_erased(&answer, &id, 2, NOW);
    assert_gone(&app.send(call).await, NOW);
    let other = app.create(&bodies::person()).await.id();
    let answer = app.send(app.decision(&other, "reject", 1, &named)).await;
    answer.assert_problem("idempotency_key_reused", &[]);
}

pub async fn email_and_external_id_of_an_erased_customer_are_free(app: TestApp) {
    let body = bodies::whole_person();
    let created = app.post(&body).header("idempotency-key", "first");
    let first = app.send(created.clone()).await;
    let id = first.id();
    app.decide(&id, "close", 1).await;
    assert_eq!(app.refused(&body).await.code(), "customer_already_exists");
    let answer = app.send(erasure(&app, &id, 2, &json!({}))).await;
    assert_erased(&answer, &id, 2, NOW);
    let replayed = app.send(created.clone()).await;
    assert_eq!((replayed.status, &replayed.body), (201, &first.body));
    let heir = app.create(&body).await.id();
    assert_ne!(heir, id);
    let replayed = app.send(created).await;
    assert_eq!((replayed.status, &replayed.body), (201, &first.body));
}

pub async fn an_erased_customer_is_in_no_list(app: TestApp) {
    let (id, _) = erased(&app).await;
    let other = app.create(&bodies::person()).await.id();
    let answer = app.send(app.get("/customers")).await;
    let listed = answer.json()["data"].clone();
    let ids: Vec<&Value> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["id"])
        .collect();
    assert_eq!(ids, [&json!(other)]);
    let closed = app.send(app.get("/customers?status=closed")).await;
    assert_eq!(closed.json()["data"], json!([]), "{id}");
}

pub async fn an_erasure_is_checked_like_every_change(app: TestApp) {
    let (id, version) = app.in_status("closed").await;
    let call = || erasure(&app, &id, version, &json!({}));
    let bad = |call: Call, code: &'static str| (call, code);
    for (call, code) in [
        bad(call().without("authorization"), "unauthorized"),
        bad(call().header("accept", "text/html"), "not_acceptable"),
        bad(call().without("if-match"), "version_required"),
        bad(call().header("if-match", "\"99\""), "version_mismatch"),
        bad(call().header("if-match", "*"), "version_mismatch"),
        bad(
            call().path(&format!("/customers/{id}/erase?validate_only=true")),
            "invalid_request",
        ),
        bad(
            erasure(&app, &id, version, &json!({"reason": "asked to"})),
            "invalid_request",
        ),
        bad(erasure(&app, &id, version, &json!([])), "invalid_request"),
        bad(
            erasure(&app, &id, version, &json!({"decision_id": "  "})),
            "invalid_fields",
        ),
        bad(erasure(&app, UNUSED, version, &json!({})), "not_found"),
        bad(erasure(&app, "nobody", version, &json!({})), "not_found"),
    ] {
        assert_eq!(app.send(call).await.code(), code);
    }
    assert_eq!(app.send(call().method("GET")).await.status, 405);
    assert_erased(&app.send(call()).await, &id, version, NOW);
}

pub async fn erasure_is_no_verb_of_the_status_rules(app: TestApp) {
    let rules = app.send(app.get("/statuses")).await.text();
    assert!(!rules.contains("erase"), "{rules}");
    let (id, _) = app.in_status("rejected").await;
    let allowed = app.customer(&id).await["allowed_transitions"].clone();
    assert_eq!(allowed, json!(["reopen", "close"]));
}
