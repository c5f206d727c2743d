//! Metadata and its limits.

use customers_tests::{TestApp, bodies};
use serde_json::{Map, Value, json};

fn with_metadata(metadata: Value) -> Value {
    bodies::with(bodies::person(), "/metadata", metadata)
}

async fn kept(app: &TestApp, metadata: Value) {
    let id = app.create(&with_metadata(metadata.clone())).await.id();
    let customer = app.send(app.get(&format!("/customers/{id}"))).await;
    assert_eq!(customer.json()["data"]["metadata"], metadata);
}

async fn refused(app: &TestApp, metadata: Value, pointers: &[&str]) {
    let answer = app.refused(&with_metadata(metadata)).await;
    let expected: Vec<_> = pointers
        .iter()
        .map(|pointer| (*pointer, "invalid_metadata"))
        .collect();
    answer.assert_errors("invalid_fields", &expected);
}

/// Returns `count` members `n00` to `n99`, each with the given value.
fn members(count: usize, value: &str) -> Map<String, Value> {
    (0..count)
        .map(|n| (format!("n{n:02}"), json!(value)))
        .collect()
}

pub async fn names_and_values_within_the_limits_are_kept_as_sent(app: TestApp) {
    kept(&app, json!({})).await;
    kept(
        &app,
        json!({"a.b-c_D9": "", "0": " not trimmed ", "as-sent": "Zoe\u{308}"}),
    )
    .await;
    kept(&app, json!({"n".repeat(40): "\u{1d11e}".repeat(500)})).await;
    kept(
        &app,
        json!({"lines": "a\nb\tc", "quotes": "\"\\/", "bidi": "\u{202e}"}),
    )
    .await;
    kept(&app, Value::Object(members(50, "v"))).await;
}

pub async fn every_invalid_member_is_reported(app: TestApp) {
    let long = "n".repeat(41);
    let metadata = json!({
        "": "x", "a b": "x", "caf\u{e9}": "x", "a/b": "x", "fine": "x", &long: "x",
        "long": "v".repeat(501), "nul": "\u{0}",
    });
    let long = format!("/metadata/{long}");
    let pointers = [
        "/metadata/",
        "/metadata/a b",
        "/metadata/caf\u{e9}",
        "/metadata/a~1b",
        &long,
        "/metadata/long",
        "/metadata/nul",
    ];
    refused(&app, metadata, &pointers).await;
}

pub async fn too_many_members_are_an_error_of_metadata_as_a_whole(app: TestApp) {
    refused(&app, Value::Object(members(51, "v")), &["/metadata"]).await;
}

pub async fn names_and_values_are_limited_to_16_kib(app: TestApp) {
    // 33 members of 3 + 493 bytes are 16,368; one more of 16 bytes reaches the limit.
    let mut full = members(33, &"v".repeat(493));
    full.insert("last".into(), json!("0123456789ab"));
    kept(&app, Value::Object(full.clone())).await;
    full.insert("last".into(), json!("0123456789abc"));
    refused(&app, Value::Object(full.clone()), &["/metadata"]).await;
    // The limit is in bytes of UTF-8, not in characters.
    full.insert("last".into(), json!("0123456789a\u{e9}"));
    refused(&app, Value::Object(full), &["/metadata"]).await;
}
