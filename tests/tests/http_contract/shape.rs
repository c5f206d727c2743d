//! The shape of bodies: all errors are returned together.

use customers_tests::{TestApp, bodies};
use serde_json::{Map, Value, json};

/// Required members.
const REQUIRED: [&str; 11] = [
    "/first_name",
    "/last_name",
    "/email",
    "/phone",
    "/type",
    "/billing_address",
    "/billing_address/line1",
    "/billing_address/city",
    "/billing_address/state",
    "/billing_address/zip_code",
    "/billing_address/country",
];

/// Members that are strings.
const TEXTS: [&str; 12] = [
    "/first_name",
    "/last_name",
    "/email",
    "/phone",
    "/type",
    "/external_id",
    "/billing_address/line1",
    "/billing_address/line2",
    "/billing_address/city",
    "/billing_address/state",
    "/billing_address/zip_code",
    "/billing_address/country",
];

pub async fn a_required_member_that_is_absent_or_null_is_missing(app: TestApp) {
    for pointer in REQUIRED {
        for body in [
            bodies::without(bodies::person(), pointer),
            bodies::with(bodies::person(), pointer, Value::Null),
        ] {
            let answer = app.refused(&body).await;
            answer.assert_errors("invalid_request", &[(pointer, "missing")]);
        }
    }
}

pub async fn a_string_member_of_another_type_is_a_wrong_type(app: TestApp) {
    for pointer in TEXTS {
        for wrong in [
            json!(1),
            json!(true),
            json!(["x"]),
            json!({"x": "y"}),
            json!({}),
            json!([]),
        ] {
            let answer = app
                .refused(&bodies::with(bodies::person(), pointer, wrong))
                .await;
            answer.assert_errors("invalid_request", &[(pointer, "wrong_type")]);
        }
    }
    let answer = app
        .refused(&bodies::with(
            bodies::person(),
            "/type",
            json!({"individual": null}),
        ))
        .await;
    answer.assert_errors("invalid_request", &[("/type", "wrong_type")]);
}

pub async fn an_array_is_not_an_object(app: TestApp) {
    let person = bodies::person();
    let members: Vec<Value> = person.as_object().unwrap().values().cloned().collect();
    let address = ["1", "2", "3", "4", "5", "6"];
    for body in [
        json!([]),
        Value::Array(members),
        json!("x"),
        json!(1),
        json!(true),
        Value::Null,
    ] {
        let answer = app.refused(&body).await;
        answer.assert_errors("invalid_request", &[("", "wrong_type")]);
    }
    for wrong in [json!(address), json!([]), json!("x"), json!(0)] {
        for pointer in ["/billing_address", "/metadata"] {
            let body = bodies::with(bodies::person(), pointer, wrong.clone());
            let answer = app.refused(&body).await;
            answer.assert_errors("invalid_request", &[(pointer, "wrong_type")]);
        }
    }
}

pub async fn metadata_values_are_strings(app: TestApp) {
    let metadata = json!({"fine": "x", "number": 1, "list": ["x"], "object": {"a": "b"}, "nothing": null, "flag": true});
    let answer = app
        .refused(&bodies::with(bodies::person(), "/metadata", metadata))
        .await;
    answer.assert_errors(
        "invalid_request",
        &[
            ("/metadata/number", "wrong_type"),
            ("/metadata/list", "wrong_type"),
            ("/metadata/object", "wrong_type"),
            ("/metadata/nothing", "missing"),
            ("/metadata/flag", "wrong_type"),
        ],
    );
}

pub async fn members_set_by_the_service_are_unknown_in_requests(app: TestApp) {
    let mut body = bodies::person();
    let own = [
        "id",
        "status",
        "tenant_id",
        "version",
        "created_at",
        "First_Name",
        "first-name",
        "",
    ];
    for name in own {
        body[name] = json!("x");
        body["billing_address"][name] = json!("x");
    }
    let pointers: Vec<String> = own
        .iter()
        .flat_map(|name| [format!("/{name}"), format!("/billing_address/{name}")])
        .collect();
    let expected: Vec<_> = pointers
        .iter()
        .map(|pointer| (pointer.as_str(), "unknown_field"))
        .collect();
    app.refused(&body)
        .await
        .assert_errors("invalid_request", &expected);
}

pub async fn no_errors_are_reported_within_a_member_of_unknown_name_or_wrong_type(app: TestApp) {
    let mut body = bodies::person();
    body["extra"] = json!({"deep": [{"first_name": null}], "metadata": 1});
    body["first_name"] = json!({"extra": 1});
    body["billing_address"] = json!([{"line1": null}]);
    app.refused(&body).await.assert_errors(
        "invalid_request",
        &[
            ("/extra", "unknown_field"),
            ("/first_name", "wrong_type"),
            ("/billing_address", "wrong_type"),
        ],
    );
}

pub async fn a_repeated_member_is_a_duplicate_at_every_depth(app: TestApp) {
    let whole = bodies::whole_person();
    for pointer in TEXTS
        .iter()
        .chain(&["/billing_address", "/metadata", "/metadata/segment"])
    {
        let again = whole.pointer(pointer).cloned().unwrap();
        for second in [again, Value::Null] {
            let text = bodies::with_repeated(&whole, pointer, &second);
            let answer = app.send(app.post(&whole).bytes(text)).await;
            answer.assert_errors("invalid_request", &[(pointer, "duplicate_field")]);
        }
    }
}

pub async fn an_escape_does_not_hide_a_duplicate(app: TestApp) {
    let whole = bodies::whole_person();
    let text = bodies::with_repeated(&whole, "/email", &json!("other@example.com"));
    let hidden = text.replacen("\"email\"", "\"\\u0065mail\"", 1);
    assert_ne!(text, hidden);
    let answer = app.send(app.post(&whole).bytes(hidden)).await;
    answer.assert_errors("invalid_request", &[("/email", "duplicate_field")]);
}

pub async fn an_unknown_member_that_is_repeated_is_unknown(app: TestApp) {
    let body = bodies::with(bodies::person(), "/extra", 1);
    let text = bodies::with_repeated(&body, "/extra", &json!(2));
    let answer = app.send(app.post(&body).bytes(text)).await;
    answer.assert_errors("invalid_request", &[("/extra", "unknown_field")]);
}

pub async fn all_shape_errors_are_reported_together_and_before_invalid_values(app: TestApp) {
    let mut body = bodies::with(bodies::person(), "/email", "nonsense");
    body["phone"] = json!(5);
    body["status"] = json!("active");
    body["metadata"] = json!({"a": 1});
    body["billing_address"]["country"] = Value::Null;
    body["billing_address"]["planet"] = json!("x");
    let body = bodies::without(body, "/first_name");
    let text = bodies::with_repeated(&body, "/billing_address/city", &json!("Lagos"));
    let answer = app.send(app.post(&body).bytes(text)).await;
    answer.assert_errors(
        "invalid_request",
        &[
            ("/first_name", "missing"),
            ("/phone", "wrong_type"),
            ("/status", "unknown_field"),
            ("/metadata/a", "wrong_type"),
            ("/billing_address/country", "missing"),
            ("/billing_address/planet", "unknown_field"),
            ("/billing_address/city", "duplicate_field"),
        ],
    );
}

pub async fn an_empty_object_is_missing_every_required_member(app: TestApp) {
    let absent = [
        "/first_name",
        "/last_name",
        "/email",
        "/phone",
        "/type",
        "/billing_address",
    ];
    let expected = absent.map(|pointer| (pointer, "missing"));
    app.refused(&json!({}))
        .await
        .assert_errors("invalid_request", &expected);
}

pub async fn at_most_a_hundred_errors_are_listed(app: TestApp) {
    let extras: Map<String, Value> = (0..300).map(|n| (format!("x{n}"), json!(1))).collect();
    let answer = app.refused(&Value::Object(extras)).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (400, "invalid_request")
    );
    assert_eq!(answer.json()["errors"].as_array().map(Vec::len), Some(100));
}

pub async fn a_pointer_is_escaped_and_cut_at_128_characters(app: TestApp) {
    let long = "\u{e9}".repeat(300);
    let edge = format!("{}~x", "e".repeat(126));
    let mut body = bodies::person();
    body["a/b~c"] = json!(1);
    body[&long] = json!(1);
    body["billing_address"][&edge] = json!(1);
    let answer = app.refused(&body).await;
    let cut = format!("/{}", "\u{e9}".repeat(127));
    let cut_edge = format!("/billing_address/{}", &edge[..111]);
    answer.assert_errors(
        "invalid_request",
        &[
            ("/a~1b~0c", "unknown_field"),
            (&cut, "unknown_field"),
            (&cut_edge, "unknown_field"),
        ],
    );
}
