//! What there is and what there is not: 404, 405, HEAD and OPTIONS.

use customers_domain::Scope;
use customers_tests::{Call, TestApp, bodies};

/// Every route with the methods that it knows, as `Allow` lists them.
const ROUTES: [(&str, &str); 9] = [
    ("/customers", "POST"),
    (
        "/customers/01997099-05b3-7c4e-9b1f-2f6a1d3c5e70",
        "GET,HEAD",
    ),
    ("/health/live", "GET,HEAD"),
    ("/health/ready", "GET,HEAD"),
    ("/openapi.json", "GET,HEAD"),
    ("/docs", "GET,HEAD"),
    ("/docs/swagger-ui.css", "GET,HEAD"),
    ("/problems/not_found", "GET,HEAD"),
    ("/problems/nonsense", "GET,HEAD"),
];

pub async fn a_path_that_is_no_route_is_not_found_with_a_key_and_without(app: TestApp) {
    for path in [
        "/",
        "/customer",
        "/Customers",
        "/customers/",
        "//customers",
        "/customers//",
        "/v1/customers",
        "/%63ustomers",
        "/customers%2F",
        "/customers/x/y/z",
        "/health",
        "/health/live/",
        "/metrics",
        "/openapi.yaml",
        "/docs/",
        "/docs/nonsense.js",
        "/problems",
        "/problems/",
        "/problems/nonsense",
    ] {
        for call in [
            Call::get(path),
            app.get(path),
            app.post(&bodies::person()).path(path),
        ] {
            let answer = app.send(call).await;
            if answer.status != 405 {
                answer.assert_problem("not_found", &[]);
            }
        }
    }
}

pub async fn another_method_of_a_route_is_refused_with_those_that_it_knows(app: TestApp) {
    for (path, allow) in ROUTES {
        for method in [
            "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW",
        ] {
            if allow.contains(method) {
                continue;
            }
            for call in [Call::new(method, path), app.get(path).method(method)] {
                let answer = app.send(call).await;
                answer.assert_problem("method_not_allowed", &[("allow", allow)]);
            }
        }
    }
}

pub async fn head_goes_wherever_get_goes(app: TestApp) {
    let created = app.create(&bodies::person()).await;
    let customer = format!("/customers/{}", created.id());
    let paths = ROUTES
        .iter()
        .map(|(path, _)| *path)
        .chain([customer.as_str()]);
    for path in paths.filter(|path| *path != "/customers") {
        let (get, head) = (
            app.send(app.get(path)).await,
            app.send(app.get(path).method("HEAD")).await,
        );
        assert_eq!(head.status, get.status, "{path}");
        for (name, value) in &get.headers {
            assert_eq!(head.headers.get(name), Some(value), "{path} {name}");
        }
    }
    assert_eq!(
        app.send(app.get("/customers").method("HEAD")).await.status,
        405
    );
}

pub async fn an_id_in_another_spelling_is_not_found(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let plain = id.replace('-', "");
    for other in [
        id.to_ascii_uppercase(),
        plain,
        format!("%7B{id}%7D"),
        format!("urn:uuid:{id}"),
        id.replace('-', "%2D"),
        id.replace('-', "%2d"),
        id.replacen('0', "%30", 1),
        format!("{id}%20"),
        format!("{id}%00"),
        format!("{id};v=1"),
        "7da75a46-a1bc-11ee-9a32-560f156a658b".to_owned(),
        "00000000-0000-0000-0000-000000000000".to_owned(),
        "1".to_owned(),
        "%FF".to_owned(),
        "%".to_owned(),
        "..".to_owned(),
    ] {
        let answer = app.send(app.get(&format!("/customers/{other}"))).await;
        assert_eq!(answer.status, 404, "{other}: {}", answer.text());
        answer.assert_problem("not_found", &[]);
    }
}

pub async fn a_page_in_another_spelling_is_not_found(app: TestApp) {
    for path in [
        "/problems/not%5Ffound",
        "/problems/%FF",
        "/docs/swagger%2Dui.css",
        "/docs/%FF",
        "/%64ocs",
    ] {
        let answer = app.send(Call::get(path)).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
        answer.assert_problem("not_found", &[]);
    }
}

pub async fn another_tenants_customer_and_nobodys_are_answered_alike(app: TestApp) {
    let stranger = app.key_of("Globex", &Scope::ALL).await;
    let id = app.create(&bodies::person()).await.id();
    let theirs = app
        .send(Call::get(&format!("/customers/{id}")).key(&stranger))
        .await;
    let unused = "01997099-05b3-7c4e-9b1f-2f6a1d3c5e70";
    let nobodys = app
        .send(Call::get(&format!("/customers/{unused}")).key(&stranger))
        .await;
    theirs.assert_problem("not_found", &[]);
    assert_eq!(theirs, nobodys);
}
