//! On every route, a customer of another tenant is indistinguishable from an unknown one.

use customers_domain::Scope;
use customers_tests::{Call, TestApp, bodies};
use serde_json::json;

const UNUSED: &str = "01997099-05b3-7c4e-9b1f-2f6a1d3c5e70";

/// Returns every request with a customer id.
fn calls(app: &TestApp, id: &str, key: &str) -> Vec<Call> {
    let reasoned = json!({"reason": "documents seen"});
    let mut calls = vec![
        app.get(&format!("/customers/{id}")),
        app.get(&format!("/customers/{id}")).method("HEAD"),
        app.get(&format!("/customers/{id}"))
            .header("if-none-match", "*"),
        app.get(&format!("/customers/{id}/history")),
        app.get(&format!("/customers/{id}/history?limit=1")),
        app.get(&format!("/customers/{id}/history?limit=0")),
        app.get(&format!("/customers/{id}/history?cursor=AAAA")),
        app.get(&format!("/customers/{id}/nonsense")),
    ];
    for version in [1, 2, 9] {
        for patch in [
            json!({}),
            json!({"first_name": "Jim"}),
            json!({"first_name": ""}),
            json!({"type": "business"}),
            json!({"email": "holder@example.com"}),
        ] {
            let edit = app.patch(id, version, &patch);
            let path = format!("/customers/{id}?validate_only=true");
            calls.push(edit.clone().path(&path));
            calls.push(edit.clone().header("if-match", "*"));
            calls.push(edit.clone().without("if-match"));
            calls.push(edit);
        }
        for verb in [
            "submit",
            "approve",
            "request-action",
            "reject",
            "reopen",
            "suspend",
            "reinstate",
            "re-review",
            "close",
        ] {
            let decided = json!({"reason": "documents seen", "decision_id": "kyc-1"});
            calls.push(app.decision(id, verb, version, &decided));
            calls.push(app.decision(id, verb, version, &reasoned));
            calls.push(app.decision(id, verb, version, &json!({})));
        }
    }
    calls.into_iter().map(|call| call.key(key)).collect()
}

pub async fn another_tenants_id_is_like_an_unused_one_on_every_route(app: TestApp) {
    let stranger = app.key_of("Globex", &Scope::CUSTOMERS).await;
    let holder = bodies::with(bodies::person(), "/email", "holder@example.com");
    app.create(&holder).await;
    let id = app.create(&bodies::whole_person()).await.id();
    let decided = json!({"reason": "documents seen", "decision_id": "kyc-1"});
    app.send(app.decision(&id, "approve", 1, &decided)).await;
    let before = (app.customer(&id).await, app.history(&id).await);
    let theirs = calls(&app, &id, &stranger);
    let nobodys = calls(&app, UNUSED, &stranger);
    for (theirs, nobodys) in theirs.into_iter().zip(nobodys) {
        let shown = format!("{theirs:?}");
        let (theirs, nobodys) = (app.send(theirs).await, app.send(nobodys).await);
        assert_eq!(theirs, nobodys, "{shown}");
        assert!(theirs.status >= 400, "{shown}");
    }
    assert_eq!((app.customer(&id).await, app.history(&id).await), before);
}

/// Filters do not match customers of other tenants.
pub async fn lists_contain_no_customers_of_other_tenants(app: TestApp) {
    let stranger = app.key_of("Globex", &Scope::CUSTOMERS).await;
    let body = bodies::with(bodies::person(), "/external_id", "crm-1");
    app.create(&body).await;
    let email = body["email"].as_str().unwrap();
    for query in [
        String::new(),
        format!("?email={}", email.replace('+', "%2B")),
        "?phone=%2B2348012345678".into(),
        "?external_id=crm-1".into(),
        "?status=pending_kyc&country=NG&type=individual".into(),
        "?created_from=2020-01-01T00:00:00Z".into(),
    ] {
        let call = app.get(&format!("/customers{query}"));
        assert_eq!(app.send(call.clone()).await.ids().len(), 1, "{query}");
        let theirs = app.send(call.key(&stranger)).await;
        assert_eq!(theirs.ids().len(), 0, "{query}");
    }
}
