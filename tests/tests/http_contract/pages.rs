//! Pages without a key: health, the OpenAPI document, the documentation and the pages on problems.

use customers_http_kit::service;
use customers_tests::problems::PROBLEMS;
use customers_tests::{Call, TestApp};
use serde_json::json;

pub async fn a_working_program_is_alive_and_ready(app: TestApp) {
    for path in ["/health/live", "/health/ready"] {
        let answer = app.send(Call::get(path)).await;
        assert_eq!(
            (answer.status, answer.json()),
            (200, json!({"status": "ok"}))
        );
        answer.assert_headers(&[("content-type", "application/json")]);
    }
}

pub async fn a_draining_program_is_alive_and_not_ready(app: TestApp) {
    app.drain.begin();
    assert_eq!(app.send(Call::get("/health/live")).await.status, 200);
    let ready = app.send(Call::get("/health/ready")).await;
    ready.assert_problem("unavailable", &[("retry-after", "1")]);
}

pub async fn every_problem_has_a_page_that_explains_it(app: TestApp) {
    for (code, status, title, detail) in PROBLEMS {
        let answer = app.send(Call::get(&format!("/problems/{code}"))).await;
        assert_eq!(answer.status, 200, "{code}");
        answer.assert_headers(&[
            ("content-type", "text/html; charset=utf-8"),
            (
                "content-security-policy",
                "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
                 frame-ancestors 'none'",
            ),
            ("x-content-type-options", "nosniff"),
        ]);
        for part in [code, &status.to_string(), title, detail] {
            assert!(answer.text().contains(part), "{code}: {part}");
        }
    }
}

pub async fn the_document_is_served_as_it_is_printed(app: TestApp) {
    let answer = app.send(Call::get("/openapi.json")).await;
    assert_eq!(answer.status, 200);
    answer.assert_headers(&[
        ("content-type", "application/json"),
        ("x-content-type-options", "nosniff"),
    ]);
    let customers = customers_adapter_http::module().into_contract();
    let catalog = service::catalog(customers_adapter_http::SERVICE_INFO, [customers]);
    assert_eq!(answer.body, catalog.unwrap().document());
    assert_eq!(answer.json()["openapi"], "3.1.0");
}

pub async fn the_documentation_page_loads_nothing_from_other_hosts(app: TestApp) {
    let page = app.send(Call::get("/docs")).await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    let text = page.text();
    let places = text
        .split("src=\"")
        .chain(text.split("href=\""))
        .filter(|rest| !rest.starts_with("<!") && !rest.starts_with("/openapi.json"));
    let places: Vec<&str> = places.filter_map(|rest| rest.split('"').next()).collect();
    assert!(places.len() >= 4, "{places:?}");
    for place in places {
        assert!(place.starts_with("/docs/"), "{place}");
        let asset = app.send(Call::get(place)).await;
        assert_eq!(asset.status, 200, "{place}");
        assert!(asset.headers.contains_key("content-type"), "{place}");
        assert_policy(asset.header("content-security-policy"));
    }
    assert_policy(page.header("content-security-policy"));
}

/// Panics unless the policy allows only this origin, data URLs for images, and inline styles.
#[track_caller]
fn assert_policy(policy: &str) {
    let directives: Vec<Vec<&str>> = policy
        .split(';')
        .map(|part| part.split_whitespace().collect())
        .collect();
    assert!(
        directives.contains(&vec!["default-src", "'none'"]),
        "{policy}"
    );
    for directive in directives {
        for source in &directive[1..] {
            let harmless = ["'none'", "'self'"].contains(source)
                || (directive[0], *source) == ("img-src", "data:")
                || (directive[0], *source) == ("style-src", "'unsafe-inline'");
            assert!(harmless, "{policy}");
        }
    }
}

pub async fn the_document_has_exactly_the_declared_problems(app: TestApp) {
    let document = app.send(Call::get("/openapi.json")).await.json();
    let codes = document["components"]["schemas"]["ProblemCode"]["enum"].as_array();
    let codes = codes.unwrap().iter();
    let mut documented: Vec<&str> = codes.filter_map(|code| code.as_str()).collect();
    let mut known = PROBLEMS.map(|(code, ..)| code);
    documented.sort_unstable();
    known.sort_unstable();
    assert_eq!(documented, known);
}
