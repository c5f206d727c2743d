//! Requests whose host, target or framing violates HTTP/1.1.

use customers_http_kit::server::Limits;
use customers_tests::{REQUEST_ID, TestApp, bodies};

use crate::wire::{Listening, answer};

async fn assert_refused(app: &TestApp, request: &str) {
    let server = Listening::with(app, Limits::default());
    let text = server.exchange(request.as_bytes()).await;
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    for header in ["cache-control: no-store", "x-request-id: the-request"] {
        assert!(head.contains(header), "{request:?}: {head}");
    }
    answer(&text).assert_problem("invalid_request", &[("connection", "close")]);
}

fn get(target: &str, version: &str, headers: &str) -> String {
    format!("GET {target} HTTP/{version}\r\nX-Request-Id: {REQUEST_ID}\r\n{headers}\r\n")
}

pub async fn a_request_without_exactly_one_valid_host_is_refused_and_closed(app: TestApp) {
    for hosts in [
        "",
        "Host:\r\n",
        "Host: a\r\nHost: a\r\n",
        "Host: a\r\nHOST: b\r\n",
        "Host: a b\r\n",
        "Host: a/b\r\n",
        "Host: user@a\r\n",
        "Host: a:http\r\n",
        "Host: http://a\r\n",
        "Host: [::1\r\n",
        "Host: caf\u{e9}\r\n",
    ] {
        assert_refused(&app, &get("/health/live", "1.1", hosts)).await;
        // These checks come before the route and all others.
        assert_refused(&app, &get("/nowhere", "1.1", hosts)).await;
    }
    assert_refused(&app, &get("http://a/health/live", "1.1", "")).await;
    assert_refused(&app, &get("/health/live", "1.0", "Host: a\r\nHost: a\r\n")).await;
    assert_refused(&app, &get("/health/live", "1.0", "Host: a b\r\n")).await;
}

pub async fn a_request_of_http_1_0_needs_no_host(app: TestApp) {
    let server = Listening::with(&app, Limits::default());
    for hosts in ["", "Host: a\r\n"] {
        let text = server
            .exchange(get("/health/live", "1.0", hosts).as_bytes())
            .await;
        assert_eq!(answer(&text).status, 200, "{text}");
    }
}

pub async fn a_transfer_coding_other_than_chunked_alone_is_refused_and_closed(app: TestApp) {
    let body = bodies::person().to_string();
    let framed = |codings: &str| {
        format!(
            "POST /customers HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nX-Request-Id: {REQUEST_ID}\r\nConnection: close\r\n{codings}\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
            app.key(),
            body.len()
        )
    };
    for codings in [
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
    ] {
        assert_refused(&app, &framed(codings)).await;
    }
    let server = Listening::with(&app, Limits::default());
    let good = framed("Transfer-Encoding: Chunked");
    let text = server.exchange(good.as_bytes()).await;
    assert_eq!(answer(&text).status, 201, "{text}");
}

pub async fn an_absolute_uri_is_served_like_its_path(app: TestApp) {
    let server = Listening::with(&app, Limits::default());
    let closing = "Host: other.example\r\nConnection: close\r\n";
    for target in [
        "http://customers.example/health/live",
        "HTTP://customers.example:8080/health/live",
        "https://[::1]/health/live",
    ] {
        let text = server
            .exchange(get(target, "1.1", closing).as_bytes())
            .await;
        assert_eq!(answer(&text).status, 200, "{target}: {text}");
    }
    let text = server
        .exchange(get("http://customers.example", "1.1", closing).as_bytes())
        .await;
    assert_eq!(answer(&text).status, 404, "{text}");
}

pub async fn a_foreign_request_target_is_refused_and_the_connection_closes(app: TestApp) {
    for target in [
        "ftp://customers.example/health/live",
        "http://user@customers.example/health/live",
        "customers.example:80",
        "customers",
    ] {
        assert_refused(&app, &get(target, "1.1", "Host: a\r\n")).await;
    }
}
