//! `X-Request-Id`: that of the request if it is valid, and otherwise a new one.

use customers_tests::{Call, TestApp, bodies};

/// Sends a read of an unknown customer, and returns the request id in the header and in the body.
async fn ids(app: &TestApp, call: Call) -> (String, String) {
    let request = call.path("/nonsense").into_request();
    let answer = app.answer(request).await;
    let body = answer.json()["request_id"].as_str().unwrap().to_owned();
    (answer.header("x-request-id").to_owned(), body)
}

pub async fn a_valid_request_id_is_returned_in_header_and_body(app: TestApp) {
    let longest = "i".repeat(128);
    for sane in ["1", "!~", "0f1d2c3b-4a59-6877", "<script>", &longest] {
        let call = Call::get("/").header("x-request-id", sane);
        assert_eq!(ids(&app, call).await, (sane.to_owned(), sane.to_owned()));
    }
}

pub async fn an_invalid_absent_or_repeated_request_id_is_replaced(app: TestApp) {
    let long = "i".repeat(129);
    let mut seen = Vec::new();
    for insane in ["", "a b", "caf\u{e9}", "a\tb", &long] {
        seen.push(ids(&app, Call::get("/").header("x-request-id", insane)).await);
    }
    seen.push(ids(&app, Call::get("/").without("x-request-id")).await);
    seen.push(ids(&app, Call::get("/").another("x-request-id", "second")).await);
    for (header, body) in &seen {
        assert_eq!(header, body);
        assert_eq!(header.len(), 36, "{header}");
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 7, "each is another");
}

pub async fn successes_and_public_pages_have_a_request_id(app: TestApp) {
    for call in [
        app.post(&bodies::person()),
        Call::get("/health/live"),
        Call::get("/docs"),
        Call::get("/docs/scalar.js"),
        Call::new("DELETE", "/customers"),
    ] {
        let answer = app
            .answer(call.without("x-request-id").into_request())
            .await;
        assert_eq!(answer.header("x-request-id").len(), 36);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}
