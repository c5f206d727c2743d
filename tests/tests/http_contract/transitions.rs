//! The status rules: the result and the required scope of every verb in every status.

use chrono::TimeDelta;
use customers_domain::Scope;
use customers_tests::life::{RULES, WAYS, allowed};
use customers_tests::{Call, TestApp, bodies};
use serde_json::{Value, json};

pub async fn every_pair_of_status_and_verb_has_the_expected_response(app: TestApp) {
    for (status, _) in WAYS {
        for (verb, from, to, ..) in RULES {
            let (id, version) = app.in_status(status).await;
            let before = app.customer(&id).await;
            let body = json!({"reason": "documents seen"});
            let answer = app.send(app.decision(&id, verb, version, &body)).await;
            let after = app.customer(&id).await;
            if from.contains(&status) {
                answer.assert_customer(version + 1);
                assert_eq!(answer.json()["data"], after, "{status} {verb}");
                let expected = json!({
                    "status": to,
                    "status_reason": "documents seen",
                    "may_transact": to == "active",
                    "allowed_transitions": allowed(to),
                    "version": version + 1,
                });
                assert_eq!(after, overlaid(before, &expected), "{status} {verb}");
            } else {
                answer.assert_forbidden(status, Some(to));
                assert_eq!(after, before, "{status} {verb}");
            }
        }
    }
}

fn overlaid(mut customer: Value, members: &Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        customer[name] = value.clone();
    }
    customer
}

pub async fn every_verb_requires_exactly_its_scope(app: TestApp) {
    let mut keys = Vec::new();
    for scope in Scope::CUSTOMERS {
        keys.push((scope, app.key_of("Acme", &[scope]).await));
    }
    for (verb, from, _, needed, _) in RULES {
        let (id, version) = app.in_status(from[0]).await;
        let body = json!({"reason": "documents seen"});
        let call = app.decision(&id, verb, version, &body);
        for (_, key) in keys.iter().filter(|(scope, _)| *scope != needed) {
            let answer = app.send(call.clone().key(key)).await;
            answer.assert_problem("insufficient_scope", &[]);
        }
        let (_, key) = keys.iter().find(|(scope, _)| *scope == needed).unwrap();
        let answer = app.send(call.key(key)).await;
        answer.assert_customer(version + 1);
    }
}

pub async fn edits_need_the_write_scope_and_lists_the_read_scope(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let calls = [
        (
            Scope::CUSTOMERS_WRITE,
            app.patch(&id, 1, &json!({"first_name": "Jim"})),
        ),
        (Scope::CUSTOMERS_READ, app.get("/customers")),
        (Scope::CUSTOMERS_READ, app.get("/statuses")),
        (
            Scope::CUSTOMERS_READ,
            app.get(&format!("/customers/{id}/history")),
        ),
    ];
    for (needed, call) in calls {
        let others: Vec<Scope> = Scope::CUSTOMERS
            .into_iter()
            .filter(|scope| *scope != needed)
            .collect();
        let key = app.key_of("Acme", &others).await;
        let answer = app.send(call.clone().key(&key)).await;
        answer.assert_problem("insufficient_scope", &[]);
        let key = app.key_of("Acme", &[needed]).await;
        let answer = app.send(call.key(&key)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}

pub async fn closed_is_final(app: TestApp) {
    let (id, version) = app.in_status("closed").await;
    let closed = app.customer(&id).await;
    assert_eq!(closed["allowed_transitions"], json!([]));
    for (verb, _, to, ..) in RULES {
        let answer = app
            .send(app.decision(&id, verb, version, &json!({"reason": "again"})))
            .await;
        answer.assert_problem_with("invalid_transition", &[], |problem| {
            problem["transition"] = json!({"from": "closed", "to": to, "allowed": []});
        });
    }
    let edit = app.patch(&id, version, &json!({"first_name": "Jim"}));
    app.send(edit).await.assert_forbidden("closed", None);
    assert_eq!(app.customer(&id).await, closed);
}

/// The list contains all verbs of the rules, including those that the key may not use.
pub async fn allowed_transitions_do_not_depend_on_the_key(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let key = app.key_of("Acme", &[Scope::CUSTOMERS_READ]).await;
    let answer = app
        .send(Call::get(&format!("/customers/{id}")).key(&key))
        .await;
    assert_eq!(
        answer.json()["data"]["allowed_transitions"],
        json!(["submit", "approve", "reject", "close"])
    );
}

/// It is the reason of the last verb, or null if that had none. Edits do not change it.
pub async fn the_status_reason_is_that_of_the_last_verb(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let reason = async || app.customer(&id).await["status_reason"].clone();
    assert_eq!(reason().await, Value::Null);
    app.decide(&id, "reject", 1).await;
    assert_eq!(reason().await, "to reject");
    app.decide(&id, "reopen", 2).await;
    assert_eq!(reason().await, "to reopen");
    app.edit(&id, 3, &json!({"first_name": "Jim"})).await;
    assert_eq!(reason().await, "to reopen");
    let answer = app.send(app.decision(&id, "submit", 4, &json!({}))).await;
    answer.assert_customer(5);
    assert_eq!(reason().await, Value::Null);
}

pub async fn status_since_is_the_time_of_the_last_change_of_status(app: TestApp) {
    let id = app.create(&bodies::whole_person()).await.id();
    let since = |customer: Value| customer["status_since"].clone();
    assert_eq!(since(app.customer(&id).await), "2025-09-22T09:01:09Z");
    app.clock.advance(TimeDelta::seconds(1));
    let edited = app.edit(&id, 1, &json!({"first_name": "Jim"})).await;
    assert_eq!(since(edited), "2025-09-22T09:01:09Z");
    app.clock.advance(TimeDelta::seconds(1));
    let approval = json!({"decision_id": "approval"});
    let approve = || app.decision(&id, "approve", 2, &approval);
    let approved = app.send(approve()).await.json()["data"].clone();
    assert_eq!(since(approved.clone()), "2025-09-22T09:01:11Z");
    app.clock.advance(TimeDelta::seconds(1));
    let edited = app.edit(&id, 3, &json!({"first_name": "James"})).await;
    assert_eq!(since(edited), "2025-09-22T09:01:11Z");
    let mut listed = app.send(app.get("/customers")).await.items();
    assert_eq!(since(listed.remove(0)), "2025-09-22T09:01:11Z");
    let suspended = app.decide(&id, "suspend", 4).await;
    assert_eq!(since(suspended), "2025-09-22T09:01:12Z");
    let replayed = app.send(approve()).await;
    assert_eq!(replayed.json()["data"], approved);
}

pub async fn the_status_rules_are_served_as_data(app: TestApp) {
    let answer = app.send(app.get("/statuses")).await;
    answer.assert_headers(&[("content-type", "application/json")]);
    let moves = RULES.iter().flat_map(|(verb, from, to, scope, required)| {
        from.iter().map(move |from| {
            json!({
                "from": from,
                "verb": verb,
                "to": to,
                "scope": scope.as_str(),
                "reason_required": required,
            })
        })
    });
    let expected = json!({"data": {
        "statuses": WAYS.map(|(status, _)| status),
        "may_transact": ["active"],
        "editable": ["pending_kyc", "in_review", "action_required", "active", "suspended"],
        "transitions": moves.collect::<Vec<_>>(),
    }});
    assert_eq!((answer.status, answer.json()), (200, expected));
}
