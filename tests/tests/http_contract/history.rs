//! The history of a customer: actions and actors, without values.

use chrono::TimeDelta;
use customers_domain::Scope;
use customers_tests::{TestApp, bodies};
use customers_use_cases::ApiKeySecret;
use serde_json::{Value, json};

fn key_id(key: &str) -> String {
    ApiKeySecret::parse(key).unwrap().id().to_string()
}

/// Returns the history after a create, an edit, an approval by the reviewer, and a suspension.
fn four_entries(creator: &str, reviewer: &str) -> Value {
    json!({
        "data": [
            {
                "version": 4,
                "at": "2025-09-22T09:01:12Z",
                "actor": creator,
                "verb": "suspend",
                "from": "active",
                "to": "suspended",
                "changed_fields": [],
                "reason": "to suspend",
                "decision_id": null
            },
            {
                "version": 3,
                "at": "2025-09-22T09:01:11Z",
                "actor": reviewer,
                "verb": "approve",
                "from": "pending_kyc",
                "to": "active",
                "changed_fields": [],
                "reason": "documents seen",
                "decision_id": "kyc-1"
            },
            {
                "version": 2,
                "at": "2025-09-22T09:01:10Z",
                "actor": creator,
                "verb": "update",
                "from": "pending_kyc",
                "to": "pending_kyc",
                "changed_fields": ["/last_name", "/phone", "/metadata"],
                "reason": null,
                "decision_id": null
            },
            {
                "version": 1,
                "at": "2025-09-22T09:01:09Z",
                "actor": creator,
                "verb": "create",
                "from": null,
                "to": "pending_kyc",
                "changed_fields": [],
                "reason": null,
                "decision_id": null
            }
        ],
        "meta": {"next_cursor": null, "has_more": false}
    })
}

pub async fn every_change_has_one_entry_newest_first(app: TestApp) {
    let reviewer = app.key_of("Acme", &[Scope::CUSTOMERS_REVIEW]).await;
    let id = app.create(&bodies::whole_person()).await.id();
    app.clock.advance(TimeDelta::seconds(1));
    let patch =
        json!({"last_name": "Adeyemi", "metadata": {"tier": "gold"}, "phone": "+12025550123"});
    app.edit(&id, 1, &patch).await;
    app.clock.advance(TimeDelta::seconds(1));
    let body = json!({"reason": " documents seen ", "decision_id": "kyc-1"});
    let call = app.decision(&id, "approve", 2, &body).key(&reviewer);
    app.send(call).await.assert_customer(3);
    app.clock.advance(TimeDelta::seconds(1));
    app.decide(&id, "suspend", 3).await;

    let answer = app.send(app.get(&format!("/customers/{id}/history"))).await;
    answer.assert_headers(&[("content-type", "application/json")]);
    let (ours, reviewers) = (key_id(app.key()), key_id(&reviewer));
    let expected = four_entries(&ours, &reviewers);
    assert_eq!((answer.status, answer.json()), (200, expected));
}

pub async fn a_history_contains_names_of_fields_and_no_values(app: TestApp) {
    let body = bodies::with(bodies::person(), "/first_name", "Zqplanted");
    let id = app.create(&body).await.id();
    let patch = json!({
        "last_name": "Zqplanted",
        "email": "zqplanted@example.com",
        "external_id": "zqplanted",
        "metadata": {"zqplanted": "zqplanted"},
        "billing_address": {"line1": "Zqplanted", "city": "Zqplanted"},
    });
    app.edit(&id, 1, &patch).await;
    app.edit(&id, 2, &json!({"first_name": "James", "metadata": null}))
        .await;
    let answer = app.send(app.get(&format!("/customers/{id}/history"))).await;
    let text = answer.text().to_ascii_lowercase();
    assert!(!text.contains("zqplanted"), "{text}");
    let changed = json!([
        "/last_name",
        "/email",
        "/billing_address/line1",
        "/billing_address/city",
        "/external_id",
        "/metadata"
    ]);
    assert_eq!(answer.items()[1]["changed_fields"], changed);
}

pub async fn a_history_is_paged_like_the_list(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    for version in 1..=6 {
        let patch = json!({"first_name": format!("James {version}")});
        app.edit(&id, version, &patch).await;
    }
    let whole = app.history(&id).await;
    assert_eq!(whole.len(), 7);
    for limit in [1, 2, 3, 6, 7, 200] {
        let mut seen: Vec<Value> = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("/customers/{id}/history?limit={limit}{cursor}");
            let answer = app.send(app.get(&path)).await;
            let items = answer.items();
            let next = answer.next_cursor();
            assert!(next.is_none() || items.len() == limit);
            seen.extend(items);
            let Some(next) = next else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, whole, "{limit}");
    }
    let unknown = app.get(&format!("/customers/{id}/history?verb=update"));
    let answer = app.send(unknown).await;
    answer.assert_errors("invalid_request", &[("/verb", "unknown_parameter")]);
}

/// Later changes come before the entries that are still to be returned.
pub async fn paging_through_a_history_returns_each_existing_entry_once(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    app.decide(&id, "approve", 1).await;
    app.decide(&id, "suspend", 2).await;
    let path = format!("/customers/{id}/history?limit=2");
    let first = app.send(app.get(&path)).await;
    let cursor = first.next_cursor().unwrap();
    app.decide(&id, "reinstate", 3).await;
    let second = app.send(app.get(&format!("{path}&cursor={cursor}"))).await;
    let versions: Vec<Value> = [first.items(), second.items()]
        .concat()
        .iter()
        .map(|entry| entry["version"].clone())
        .collect();
    assert_eq!(versions, [json!(3), json!(2), json!(1)]);
}

pub async fn refused_and_empty_edits_have_no_history_entry(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let before = app.history(&id).await;
    for (call, status) in [
        (app.patch(&id, 1, &json!({})), 200),
        (app.patch(&id, 1, &json!({"first_name": "James"})), 200),
        (app.patch(&id, 2, &json!({"first_name": "Jim"})), 412),
        (app.patch(&id, 1, &json!({"first_name": ""})), 422),
        (app.decision(&id, "reopen", 1, &json!({"reason": "x"})), 409),
        (app.decision(&id, "close", 1, &json!({})), 400),
    ] {
        assert_eq!(app.send(call).await.status, status);
    }
    assert_eq!(app.history(&id).await, before);
}

pub async fn nobody_has_no_history(app: TestApp) {
    for id in [
        "01997099-05b3-7c4e-9b1f-2f6a1d3c5e70",
        "nobody",
        "00000000-0000-0000-0000-000000000000",
    ] {
        let answer = app.send(app.get(&format!("/customers/{id}/history"))).await;
        answer.assert_problem("not_found", &[]);
    }
}
