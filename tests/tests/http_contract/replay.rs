//! Replays of requests with the same idempotency key.

use customers_domain::Scope;
use customers_tests::{Answer, TestApp, bodies};
use serde_json::{Map, Value};

/// Panics unless the second response is marked as a replay of the first.
#[track_caller]
fn assert_replayed(again: &Answer, first: &Answer) {
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    again.assert_headers(&[
        ("content-type", "application/json"),
        ("location", first.header("location")),
        ("etag", "\"1\""),
        ("idempotent-replayed", "true"),
    ]);
}

/// Returns the members in the opposite order.
fn reversed(object: &Map<String, Value>) -> String {
    let members: Vec<String> = object
        .iter()
        .rev()
        .map(|(name, value)| {
            let value = value
                .as_object()
                .map_or_else(|| value.to_string(), reversed);
            format!(" \t{name:?} :\r\n{value}")
        })
        .collect();
    format!("{{{}\n}}", members.join(" ,"))
}

pub async fn an_equal_json_value_is_a_replay(app: TestApp) {
    let body = bodies::whole_person();
    let call = || app.post(&body).once("same");
    let first = app.send(call()).await;
    assert_eq!(first.status, 201);
    assert_eq!(first.headers.get("idempotent-replayed"), None);
    let compact = body.to_string();
    let escaped = compact
        .replace("James", "\\u004aam\\u0065s")
        .replace("first_name", "first\\u005fname");
    let spaced = serde_json::to_string_pretty(&body).unwrap();
    for same in [
        compact,
        escaped,
        spaced,
        reversed(body.as_object().unwrap()),
    ] {
        assert_eq!(serde_json::from_str::<Value>(&same).unwrap(), body);
        assert_replayed(&app.send(call().bytes(same)).await, &first);
    }
}

pub async fn another_value_under_the_key_is_refused_and_changes_nothing(app: TestApp) {
    let body = bodies::person();
    let first = app.send(app.post(&body).once("reused")).await;
    let mut null = body.clone();
    null["external_id"] = Value::Null;
    for other in [
        bodies::with(body.clone(), "/first_name", "Jim"),
        bodies::with(body.clone(), "/first_name", "James "),
        bodies::without(body.clone(), "/billing_address/line2"),
        null,
        bodies::person(),
    ] {
        let answer = app.send(app.post(&other).once("reused")).await;
        answer.assert_problem("idempotency_key_reused", &[]);
    }
    assert_replayed(&app.send(app.post(&body).once("reused")).await, &first);
}

pub async fn a_refused_body_does_not_use_up_the_key(app: TestApp) {
    let good = bodies::person();
    let bad_value = bodies::with(good.clone(), "/email", "nonsense");
    let bad_shape = bodies::without(good.clone(), "/email");
    for (bad, status) in [(bad_value, 422), (bad_shape, 400)] {
        assert_eq!(app.send(app.post(&bad).once("again")).await.status, status);
    }
    let cut = app.post(&good).bytes("{").once("again");
    assert_eq!(app.send(cut).await.status, 400);
    let first = app.send(app.post(&good).once("again")).await;
    assert_eq!(first.status, 201, "{}", first.text());
    assert_eq!(first.headers.get("idempotent-replayed"), None);
}

/// The body is validated before its key is looked up.
pub async fn an_invalid_body_with_a_used_key_is_refused_as_invalid(app: TestApp) {
    let good = bodies::person();
    assert_eq!(app.send(app.post(&good).once("used")).await.status, 201);
    let bad = bodies::with(good, "/email", "nonsense");
    let answer = app.send(app.post(&bad).once("used")).await;
    answer.assert_errors("invalid_fields", &[("/email", "invalid_email")]);
}

pub async fn a_key_belongs_to_its_tenant(app: TestApp) {
    let body = bodies::person();
    let ours = app.send(app.post(&body).once("shared")).await;
    let key = app.key_of("Globex", &Scope::CUSTOMERS).await;
    let theirs = app.send(app.post(&body).key(&key).once("shared")).await;
    assert_eq!(theirs.status, 201, "{}", theirs.text());
    assert_eq!(theirs.headers.get("idempotent-replayed"), None);
    assert_ne!(theirs.id(), ours.id());
    let colleague = app.key_of("Acme", &[Scope::CUSTOMERS_WRITE]).await;
    assert_replayed(
        &app.send(app.post(&body).key(&colleague).once("shared"))
            .await,
        &ours,
    );
}

pub async fn idempotency_keys_are_compared_to_the_last_character(app: TestApp) {
    let first = app.send(app.post(&bodies::person()).once("Key-1")).await;
    for other in ["key-1", "Key-2", "Key-1 x", "\"Key-1"] {
        let answer = app.send(app.post(&bodies::person()).once(other)).await;
        assert_eq!(answer.status, 201, "{other}: {}", answer.text());
        assert_ne!(answer.id(), first.id());
    }
}

pub async fn a_later_replay_is_identical_to_the_first_response(app: TestApp) {
    let body = bodies::person();
    let first = app.send(app.post(&body).once("later")).await;
    app.clock.advance(chrono::TimeDelta::hours(3));
    assert_replayed(&app.send(app.post(&body).once("later")).await, &first);
}
