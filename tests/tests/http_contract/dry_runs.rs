//! `validate_only=true`: all checks and no change.

use customers_tests::{Answer, Call, TestApp, bodies};
use serde_json::{Value, json};

#[track_caller]
fn assert_valid(answer: &Answer) {
    let valid = json!({"data": {"valid": true}});
    assert_eq!((answer.status, answer.json()), (200, valid));
    answer.assert_headers(&[("content-type", "application/json")]);
}

fn dry_create(app: &TestApp, body: &Value) -> Call {
    app.post(body).path("/customers?validate_only=true")
}

fn dry_edit(app: &TestApp, id: &str, version: u64, patch: &Value) -> Call {
    let edit = app.patch(id, version, patch);
    edit.path(&format!("/customers/{id}?validate_only=true"))
}

pub async fn a_dry_run_of_a_create_creates_nothing(app: TestApp) {
    let body = bodies::whole_person();
    for _ in 0..2 {
        assert_valid(&app.send(dry_create(&app, &body)).await);
    }
    assert!(app.send(app.get("/customers")).await.ids().is_empty());
    app.create(&body).await;
}

pub async fn a_dry_run_of_a_create_is_refused_like_the_create(app: TestApp) {
    let holder = bodies::whole_person();
    app.create(&holder).await;
    let email = json!({"email": holder["email"].as_str().unwrap().to_ascii_uppercase()});
    for body in [
        holder.clone(),
        bodies::with(bodies::person(), "/email", email["email"].clone()),
        bodies::with(
            bodies::person(),
            "/external_id",
            holder["external_id"].clone(),
        ),
        bodies::with(bodies::person(), "/phone", "12"),
        bodies::without(bodies::person(), "/phone"),
        json!([]),
    ] {
        let checked = app.send(dry_create(&app, &body)).await;
        assert!(checked.status >= 400, "{}", checked.text());
        assert_eq!(checked, app.refused(&body).await);
    }
    let cut = app.send(dry_create(&app, &holder).bytes("{")).await;
    cut.assert_problem("malformed_json", &[]);
}

pub async fn a_dry_run_ignores_the_idempotency_key(app: TestApp) {
    let body = bodies::person();
    for bad in ["", "\"\"", "caf\u{e9}", &"k".repeat(256)] {
        assert_valid(&app.send(dry_create(&app, &body).once(bad)).await);
    }
    let twice = dry_create(&app, &body).once("one");
    assert_valid(&app.send(twice.another("idempotency-key", "two")).await);
    // A dry run neither uses a key nor returns a recorded outcome.
    assert_valid(&app.send(dry_create(&app, &body).once("one")).await);
    let other = bodies::person();
    let real = app.send(app.post(&other).once("one")).await;
    assert_eq!(real.status, 201, "{}", real.text());
    assert!(!real.headers.contains_key("idempotent-replayed"));
    let checked = app.send(dry_create(&app, &other).once("one")).await;
    assert_eq!(checked.code(), "customer_already_exists");
    assert!(!checked.headers.contains_key("idempotent-replayed"));
    assert_valid(&app.send(dry_create(&app, &body).once("one")).await);
}

pub async fn false_is_the_real_call(app: TestApp) {
    let body = bodies::person();
    let call = app.post(&body).path("/customers?validate_only=false");
    let created = app.send(call.clone().once("one")).await;
    assert_eq!(created.status, 201, "{}", created.text());
    // The parameter does not change the request.
    let again = app.send(app.post(&body).once("one")).await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    let invalid = app.send(call.once("")).await;
    invalid.assert_problem("idempotency_key_invalid", &[]);
    let id = created.id();
    let edit = app.patch(&id, 1, &json!({"first_name": "Jim"}));
    let edit = edit.path(&format!("/customers/{id}?validate_only=false"));
    app.send(edit).await.assert_customer(2);
}

pub async fn any_other_value_of_validate_only_is_refused_without_effect(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    for value in [
        "validate_only",
        "validate_only=",
        "validate_only=1",
        "validate_only=0",
        "validate_only=True",
        "validate_only=FALSE",
        "validate_only=yes",
        "validate_only=true%20",
    ] {
        let errors = [("/validate_only", "invalid_parameter")];
        let create = app.post(&bodies::person());
        let answer = app.send(create.path(&format!("/customers?{value}"))).await;
        answer.assert_errors("invalid_request", &errors);
        let edit = app.patch(&id, 1, &json!({"first_name": "Jim"}));
        let edit = edit.path(&format!("/customers/{id}?{value}"));
        app.send(edit)
            .await
            .assert_errors("invalid_request", &errors);
    }
    let twice = "/customers?validate_only=true&validate_only=true&dry=1";
    let answer = app.send(app.post(&bodies::person()).path(twice)).await;
    let errors = [
        ("/validate_only", "duplicate_parameter"),
        ("/dry", "unknown_parameter"),
    ];
    answer.assert_errors("invalid_request", &errors);
    assert_eq!(app.send(app.get("/customers")).await.ids(), [id]);
}

pub async fn query_parameters_are_checked_after_the_media_type_and_before_the_body(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let create = app.post(&json!({})).once("").bytes("{");
    let edit = app.patch(&id, 1, &json!({})).without("if-match").bytes("{");
    for (call, path) in [
        (create, "/customers".to_owned()),
        (edit, format!("/customers/{id}")),
    ] {
        let call = call.path(&format!("{path}?validate_only=maybe"));
        let answer = app.send(call.clone()).await;
        let errors = [("/validate_only", "invalid_parameter")];
        answer.assert_errors("invalid_request", &errors);
        let answer = app.send(call.header("content-type", "text/plain")).await;
        assert_eq!(answer.code(), "unsupported_media_type");
    }
    // Verbs and reads do not accept it.
    for call in [
        app.decision(&id, "submit", 1, &json!({}))
            .path(&format!("/customers/{id}/submit?validate_only=false")),
        app.get("/customers?validate_only=true"),
        app.get(&format!("/customers/{id}?validate_only=true")),
    ] {
        let errors = [("/validate_only", "unknown_parameter")];
        app.send(call)
            .await
            .assert_errors("invalid_request", &errors);
    }
}

pub async fn a_dry_run_of_an_edit_changes_nothing(app: TestApp) {
    let id = app.create(&bodies::whole_person()).await.id();
    let before = app.customer(&id).await;
    for patch in [
        json!({}),
        json!({"first_name": "Jim"}),
        json!({"email": "jim@example.com", "metadata": null}),
    ] {
        let call = dry_edit(&app, &id, 1, &patch).once("");
        assert_valid(&app.send(call).await);
    }
    assert_eq!(app.customer(&id).await, before);
    assert_eq!(app.history(&id).await.len(), 1);
}

pub async fn a_dry_run_of_an_edit_is_refused_like_the_edit(app: TestApp) {
    let holder = bodies::whole_person();
    app.create(&holder).await;
    let id = app.create(&bodies::whole_person()).await.id();
    let (closed, closed_version) = app.in_status("closed").await;
    let many: serde_json::Map<String, Value> =
        (0..51).map(|n| (format!("n{n}"), json!("v"))).collect();
    let jim = json!({"first_name": "Jim"});
    for (id, version, patch) in [
        (&*id, 1, json!({"email": holder["email"]})),
        (&*id, 1, json!({"external_id": holder["external_id"]})),
        (&*id, 1, json!({"metadata": many})),
        (&*id, 1, json!({"phone": "12"})),
        (&*id, 1, json!({"phone": null})),
        (&*id, 9, jim.clone()),
        (&*closed, closed_version, jim.clone()),
        ("01997099-05b3-7c4e-9b1f-2f6a1d3c5e70", 1, jim.clone()),
    ] {
        let checked = app.send(dry_edit(&app, id, version, &patch)).await;
        assert!(checked.status >= 400, "{}", checked.text());
        assert_eq!(checked, app.send(app.patch(id, version, &patch)).await);
    }
    let unnamed = dry_edit(&app, &id, 1, &jim).without("if-match");
    app.send(unnamed)
        .await
        .assert_problem("version_required", &[]);
}
