//! The response reports the first check that fails.

use std::num::NonZeroU32;

use customers_domain::Scope;
use customers_test_support::builders::unique_number;
use customers_tests::{Call, TestApp, bodies};

/// Faults of a create in the order of the checks, with their responses.
const FAULTS: [(Fault, u16, &str); 11] = [
    (Fault::Key, 401, "unauthorized"),
    (Fault::Scope, 403, "insufficient_scope"),
    (Fault::Accept, 406, "not_acceptable"),
    (Fault::ContentType, 415, "unsupported_media_type"),
    (Fault::Query, 400, "invalid_request"),
    (Fault::IdempotencyKey, 400, "idempotency_key_invalid"),
    (Fault::Size, 413, "payload_too_large"),
    (Fault::Json, 400, "malformed_json"),
    (Fault::Shape, 400, "invalid_request"),
    (Fault::Values, 422, "invalid_fields"),
    (Fault::Taken, 409, "customer_already_exists"),
];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    Key,
    Scope,
    Accept,
    ContentType,
    Query,
    IdempotencyKey,
    Size,
    Json,
    Shape,
    Values,
    Taken,
}

/// Returns a create with exactly these faults.
fn faulty(good: &str, readers: &str, faults: &[Fault]) -> Call {
    let has = |fault| faults.contains(&fault);
    let mut body = if has(Fault::Taken) {
        bodies::seed()
    } else {
        bodies::person()
    };
    if has(Fault::Values) {
        body = bodies::with(body, "/first_name", " ");
    }
    if has(Fault::Shape) {
        body = bodies::without(body, "/last_name");
    }
    let mut text = body.to_string();
    if has(Fault::Json) {
        text.pop();
    }
    if has(Fault::Size) {
        text.insert_str(0, &" ".repeat(64 * 1024));
    }
    let key = if has(Fault::Scope) { readers } else { good };
    let mut call = Call::new("POST", "/customers").key(key).bytes(text);
    if has(Fault::Key) {
        call = call.header("authorization", "Bearer nonsense");
    }
    if has(Fault::Accept) {
        call = call.header("accept", "text/html");
    }
    if has(Fault::ContentType) {
        call = call.header("content-type", "text/plain");
    }
    if has(Fault::Query) {
        call = call.path("/customers?verbose=1");
    }
    call.once(&if has(Fault::IdempotencyKey) {
        String::new()
    } else {
        format!("order-{}", unique_number())
    })
}

pub async fn checks_of_a_request_run_in_the_documented_order(app: TestApp) {
    let readers = app.key_of("Acme", &[Scope::CUSTOMERS_READ]).await;
    app.create(&bodies::seed()).await;
    for set in 1_u32..1 << FAULTS.len() {
        let chosen = FAULTS.iter().enumerate();
        let chosen = chosen.filter(|(place, _)| set & (1 << place) != 0);
        let chosen: Vec<_> = chosen.map(|(_, fault)| *fault).collect();
        let faults: Vec<Fault> = chosen.iter().map(|(fault, ..)| *fault).collect();
        let answer = app.send(faulty(app.key(), &readers, &faults)).await;
        let (_, status, code) = chosen[0];
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{faults:?}"
        );
    }
    let answer = app.send(faulty(app.key(), &readers, &[])).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
}

pub async fn the_route_and_the_method_are_checked_first(app: TestApp) {
    let everything: Vec<Fault> = FAULTS.iter().map(|(fault, ..)| *fault).collect();
    let worst = || faulty(app.key(), app.key(), &everything);
    let no_route = app.send(worst().path("/customer?verbose=1")).await;
    no_route.assert_problem("not_found", &[]);
    let no_method = app.send(worst().method("DELETE")).await;
    assert_eq!(
        (no_method.status, no_method.code().as_str()),
        (405, "method_not_allowed")
    );
}

pub async fn the_quota_is_checked_after_the_scope_and_before_the_rest(mut app: TestApp) {
    let readers = app.key_of("Acme", &[Scope::CUSTOMERS_READ]).await;
    app.rate_limit = NonZeroU32::new(1);
    let app = app.rebuilt();
    let faults: Vec<Fault> = FAULTS.iter().map(|(fault, ..)| *fault).collect();
    // If a second passes between two requests, the quota allows one more.
    let mut codes = Vec::new();
    while codes.len() < 20 && codes.last().is_none_or(|code| code != "rate_limited") {
        let answer = app.send(faulty(app.key(), &readers, &faults[2..])).await;
        codes.push(answer.code());
    }
    assert_eq!(
        codes.last().map(String::as_str),
        Some("rate_limited"),
        "{codes:?}"
    );
    for (first, code) in [(0, "unauthorized"), (1, "insufficient_scope")] {
        let answer = app
            .send(faulty(app.key(), &readers, &faults[first..]))
            .await;
        assert_eq!(answer.code(), code);
    }
}

pub async fn checks_of_a_read_run_in_the_same_order(app: TestApp) {
    let writers = app.key_of("Acme", &[Scope::CUSTOMERS_WRITE]).await;
    let codes = [
        "unauthorized",
        "insufficient_scope",
        "not_acceptable",
        "invalid_request",
        "not_found",
    ];
    for (first, code) in codes.into_iter().enumerate() {
        let mut call = app.get("/customers/nobody");
        if first <= 3 {
            call = call.path("/customers/nobody?verbose=1");
        }
        if first <= 2 {
            call = call.header("accept", "text/html");
        }
        if first <= 1 {
            call = call.key(&writers);
        }
        if first == 0 {
            call = call.without("authorization");
        }
        assert_eq!(app.send(call).await.code(), code);
    }
}
