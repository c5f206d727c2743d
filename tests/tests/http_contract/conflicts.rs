//! Unique values: 409 with the holder.

use customers_domain::Scope;
use customers_tests::{Answer, TestApp, bodies};
use serde_json::{Value, json};

#[track_caller]
fn assert_taken(answer: &Answer, field: &str, holder: &str, headers: &[(&str, &str)]) {
    answer.assert_problem_with("customer_already_exists", headers, |problem| {
        problem["conflict"] = json!({"field": field, "customer_id": holder});
    });
}

fn other_email(body: &Value) -> Value {
    bodies::with(body.clone(), "/email", bodies::unique_email())
}

pub async fn a_taken_email_is_a_conflict_in_any_case(app: TestApp) {
    let body = bodies::person();
    let holder = app.create(&body).await.id();
    let email = body["email"].as_str().unwrap();
    for same in [
        email.to_owned(),
        email.to_ascii_uppercase(),
        email.replace("james", "JAMES"),
    ] {
        let answer = app
            .refused(&bodies::with(bodies::person(), "/email", same))
            .await;
        assert_taken(&answer, "email", &holder, &[]);
    }
}

pub async fn a_taken_external_id_is_a_conflict_byte_for_byte(app: TestApp) {
    let body = bodies::with(bodies::person(), "/external_id", "Crm-4711");
    let holder = app.create(&body).await.id();
    assert_taken(
        &app.refused(&other_email(&body)).await,
        "external_id",
        &holder,
        &[],
    );
    for other in ["crm-4711", "Crm-4711 ", " Crm-4711"] {
        app.create(&bodies::with(bodies::person(), "/external_id", other))
            .await;
    }
}

pub async fn if_both_values_are_taken_the_holder_of_the_email_is_named(app: TestApp) {
    let emails = app.create(&bodies::seed()).await.id();
    let named = bodies::with(bodies::person(), "/external_id", "crm-4711");
    app.create(&named).await;
    let both = bodies::with(bodies::seed(), "/external_id", "crm-4711");
    assert_taken(&app.refused(&both).await, "email", &emails, &[]);
}

pub async fn another_tenant_may_have_the_same_customer(app: TestApp) {
    let body = bodies::whole_person();
    let ours = app.create(&body).await.id();
    let key = app.key_of("Globex", &Scope::CUSTOMERS).await;
    let theirs = app.send(app.post(&body).key(&key)).await;
    assert_eq!(theirs.status, 201, "{}", theirs.text());
    assert_ne!(theirs.id(), ours);
    let again = app.send(app.post(&body).key(&key)).await;
    assert_taken(&again, "email", &theirs.id(), &[]);
}

pub async fn a_refused_create_has_no_effect(app: TestApp) {
    app.create(&bodies::seed()).await;
    let refused = bodies::with(bodies::seed(), "/external_id", "crm-4711");
    assert_eq!(app.refused(&refused).await.status, 409);
    app.create(&other_email(&refused)).await;
}

pub async fn a_conflict_is_replayed_under_its_key_with_the_same_holder(app: TestApp) {
    let holder = app.create(&bodies::seed()).await.id();
    let body = bodies::with(bodies::seed(), "/first_name", "Jim");
    let call = || app.post(&body).once("conflict");
    let first = app.send(call()).await;
    assert_taken(&first, "email", &holder, &[]);
    let again = app.send(call()).await;
    assert_taken(&again, "email", &holder, &[("idempotent-replayed", "true")]);
    let other = app.send(app.post(&bodies::person()).once("conflict")).await;
    other.assert_problem("idempotency_key_reused", &[]);
}
