//! Routes and methods: 404, 405, HEAD and OPTIONS.

use customers_domain::Scope;
use customers_tests::life::RULES;
use customers_tests::{Call, TestApp, bodies};
use serde_json::json;

const POST_ONLY: [&str; 2] = ["/customers/nobody/close", "/customers/nobody/erase"];

/// Every route with its methods, as in `Allow`.
const ROUTES: [(&str, &str); 13] = [
    ("/customers", "POST,GET,HEAD"),
    (
        "/customers/01997099-05b3-7c4e-9b1f-2f6a1d3c5e70",
        "GET,HEAD,PATCH",
    ),
    (
        "/customers/01997099-05b3-7c4e-9b1f-2f6a1d3c5e70/history",
        "GET,HEAD",
    ),
    (POST_ONLY[0], "POST"),
    (POST_ONLY[1], "POST"),
    ("/statuses", "GET,HEAD"),
    ("/health/live", "GET,HEAD"),
    ("/health/ready", "GET,HEAD"),
    ("/openapi.json", "GET,HEAD"),
    ("/docs", "GET,HEAD"),
    ("/docs/scalar.js", "GET,HEAD"),
    ("/problems/not_found", "GET,HEAD"),
    ("/problems/nonsense", "GET,HEAD"),
];

pub async fn an_unknown_path_is_not_found_with_and_without_a_key(app: TestApp) {
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

pub async fn another_method_is_refused_with_the_allowed_ones(app: TestApp) {
    let verbs = RULES.map(|(verb, ..)| format!("/customers/nobody/{verb}"));
    let verbs = verbs.iter().map(|path| (path.as_str(), "POST"));
    for (path, allow) in ROUTES.into_iter().chain(verbs) {
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

pub async fn head_is_allowed_wherever_get_is(app: TestApp) {
    let created = app.create(&bodies::person()).await;
    let customer = format!("/customers/{}", created.id());
    let paths = ROUTES
        .iter()
        .map(|(path, _)| *path)
        .chain([customer.as_str()]);
    for path in paths.filter(|path| !POST_ONLY.contains(path)) {
        let (get, head) = (
            app.send(app.get(path)).await,
            app.send(app.get(path).method("HEAD")).await,
        );
        assert_eq!(head.status, get.status, "{path}");
        for (name, value) in &get.headers {
            assert_eq!(head.headers.get(name), Some(value), "{path} {name}");
        }
    }
    for path in POST_ONLY {
        assert_eq!(app.send(app.get(path).method("HEAD")).await.status, 405);
    }
}

pub async fn an_unknown_verb_is_not_found_with_any_method(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    for name in [
        "nonsense",
        "create",
        "update",
        "activate",
        "Submit",
        "CLOSE",
        "request_action",
        "re_review",
        "rereview",
        "%63lose",
        "close%20",
        "close/",
        "close;x",
        "History",
        "history/",
        "history/1",
        "",
    ] {
        for method in [
            "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW",
        ] {
            let path = format!("/customers/{id}/{name}");
            let call = app.decision(&id, "close", 1, &json!({"reason": "asked to"}));
            let call = call.method(method).path(&path);
            for call in [call.clone(), call.without("authorization")] {
                let answer = app.send(call).await;
                assert_eq!(answer.status, 404, "{method} {path}");
                if method != "HEAD" {
                    answer.assert_problem("not_found", &[]);
                }
            }
        }
    }
    assert_eq!(app.history(&id).await.len(), 1);
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
        let patch = json!({"first_name": "Jim"});
        let reasoned = json!({"reason": "asked to"});
        for call in [
            app.get(&format!("/customers/{other}")),
            app.get(&format!("/customers/{other}/history")),
            app.patch(&other, 1, &patch),
            app.decision(&other, "close", 1, &reasoned),
        ] {
            let answer = app.send(call).await;
            assert_eq!(answer.status, 404, "{other}: {}", answer.text());
            answer.assert_problem("not_found", &[]);
        }
    }
}

pub async fn a_problem_page_in_another_spelling_is_not_found(app: TestApp) {
    for path in [
        "/problems/not%5Ffound",
        "/problems/%FF",
        "/docs/scalar%2Ejs",
        "/docs/%FF",
        "/%64ocs",
    ] {
        let answer = app.send(Call::get(path)).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
        answer.assert_problem("not_found", &[]);
    }
}

pub async fn another_tenants_customer_is_like_an_unknown_one(app: TestApp) {
    let stranger = app.key_of("Globex", &Scope::CUSTOMERS).await;
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
