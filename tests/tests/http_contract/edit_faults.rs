//! Refused edits: shape, values, conflicts, and the status of the customer.

use customers_tests::{TestApp, bodies};
use serde_json::{Map, Value, json};

/// Members that cannot be removed by null.
const REQUIRED: [&str; 9] = [
    "/first_name",
    "/last_name",
    "/email",
    "/phone",
    "/billing_address/line1",
    "/billing_address/city",
    "/billing_address/state",
    "/billing_address/zip_code",
    "/billing_address/country",
];

fn all(code: &'static str) -> Vec<(&'static str, &'static str)> {
    REQUIRED.iter().map(|pointer| (*pointer, code)).collect()
}

/// Returns a patch with the value for every required member.
fn everywhere(value: &Value) -> Value {
    let empty = json!({"billing_address": {}});
    REQUIRED.iter().fold(empty, |patch, pointer| {
        bodies::with(patch, pointer, value.clone())
    })
}

pub async fn a_required_member_that_is_null_is_missing(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let answer = app.send(app.patch(&id, 1, &everywhere(&Value::Null))).await;
    answer.assert_errors("invalid_request", &all("missing"));
    let whole = app.patch(&id, 1, &json!({"billing_address": null}));
    let answer = app.send(whole).await;
    answer.assert_errors("invalid_request", &[("/billing_address", "missing")]);
}

pub async fn the_type_and_members_set_by_the_service_cannot_be_edited(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    for name in [
        "type",
        "id",
        "status",
        "status_reason",
        "allowed_transitions",
        "version",
        "tenant_id",
        "created_at",
        "updated_at",
        "reason",
        "decision_id",
        "First_name",
    ] {
        for value in [json!("individual"), Value::Null, json!(1)] {
            let answer = app.send(app.patch(&id, 1, &json!({name: value}))).await;
            let pointer = format!("/{name}");
            answer.assert_errors("invalid_request", &[(&pointer, "unknown_field")]);
        }
    }
}

pub async fn all_shape_errors_of_a_patch_are_reported_together(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let patch = json!({
        "first_name": 5,
        "last_name": null,
        "email": " ",
        "type": "business",
        "external_id": ["x"],
        "metadata": {"a": 1, "b": {"c": "d"}, "e": null},
        "billing_address": {"city": {}, "state": null, "line2": false, "town": "x"},
    });
    let answer = app.send(app.patch(&id, 1, &patch)).await;
    let errors = [
        ("/first_name", "wrong_type"),
        ("/last_name", "missing"),
        ("/type", "unknown_field"),
        ("/external_id", "wrong_type"),
        ("/metadata/a", "wrong_type"),
        ("/metadata/b", "wrong_type"),
        ("/billing_address/city", "wrong_type"),
        ("/billing_address/state", "missing"),
        ("/billing_address/line2", "wrong_type"),
        ("/billing_address/town", "unknown_field"),
    ];
    answer.assert_errors("invalid_request", &errors);
}

pub async fn a_patch_is_an_object_and_so_are_its_objects(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let call = || app.patch(&id, 1, &json!({}));
    for body in ["null", "[]", "\"x\"", "1", "false"] {
        let answer = app.send(call().bytes(body)).await;
        answer.assert_errors("invalid_request", &[("", "wrong_type")]);
    }
    for body in ["", " ", "{", "{}{}", "\u{feff}{}"] {
        let answer = app.send(call().bytes(body)).await;
        answer.assert_problem("malformed_json", &[]);
    }
    let wrong = json!({"billing_address": [], "metadata": "x"});
    let answer = app.send(call().json(&wrong)).await;
    let errors = [
        ("/billing_address", "wrong_type"),
        ("/metadata", "wrong_type"),
    ];
    answer.assert_errors("invalid_request", &errors);
    let body = json!({"billing_address": {"city": "Ikeja"}, "metadata": {"a": "b"}});
    for pointer in ["/billing_address/city", "/metadata/a", "/metadata"] {
        let twice = bodies::with_repeated(&body, pointer, &Value::Null);
        let answer = app.send(call().bytes(twice)).await;
        answer.assert_errors("invalid_request", &[(pointer, "duplicate_field")]);
    }
}

pub async fn all_invalid_values_of_a_patch_are_reported_together(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let mut patch = everywhere(&json!(" "));
    patch["external_id"] = json!("");
    patch["billing_address"]["line2"] = json!("\t");
    patch["metadata"] = json!({"a b": "x", "fine": "x", "long": "v".repeat(501), "c d": null});
    let answer = app.send(app.patch(&id, 1, &patch)).await;
    let others = [
        ("/external_id", "blank"),
        ("/billing_address/line2", "blank"),
        ("/metadata/a b", "invalid_metadata"),
        ("/metadata/long", "invalid_metadata"),
        ("/metadata/c d", "invalid_metadata"),
    ];
    answer.assert_errors("invalid_fields", &[&all("blank")[..], &others].concat());
    let patch = json!({
        "first_name": "a\u{1}b",
        "last_name": "n".repeat(101),
        "email": "ada@localhost",
        "phone": "12",
        "external_id": "caf\u{e9}",
        "billing_address": {"zip_code": "1_2", "country": "XK", "line2": "n".repeat(201)},
    });
    let answer = app.send(app.patch(&id, 1, &patch)).await;
    let errors = [
        ("/first_name", "invalid_character"),
        ("/last_name", "too_long"),
        ("/email", "invalid_email"),
        ("/phone", "invalid_phone"),
        ("/external_id", "invalid_external_id"),
        ("/billing_address/zip_code", "invalid_zip_code"),
        ("/billing_address/country", "unknown_country"),
        ("/billing_address/line2", "too_long"),
    ];
    answer.assert_errors("invalid_fields", &errors);
    assert_eq!(app.history(&id).await.len(), 1);
}

pub async fn a_value_of_another_customer_is_a_conflict(app: TestApp) {
    let holder = bodies::whole_person();
    let holder_id = app.create(&holder).await.id();
    let other = bodies::whole_person();
    let other_id = app.create(&other).await.id();
    let id = app.create(&bodies::person()).await.id();
    let before = app.customer(&id).await;
    let loud = holder["email"].as_str().unwrap().to_ascii_uppercase();
    for (patch, field, holder_id) in [
        (json!({"email": holder["email"]}), "email", &holder_id),
        (json!({"email": loud}), "email", &holder_id),
        (
            json!({"external_id": holder["external_id"], "first_name": "Jim"}),
            "external_id",
            &holder_id,
        ),
        (
            json!({"email": other["email"], "external_id": holder["external_id"]}),
            "email",
            &other_id,
        ),
    ] {
        let answer = app.send(app.patch(&id, 1, &patch)).await;
        answer.assert_problem_with("customer_already_exists", &[], |problem| {
            problem["conflict"] = json!({"field": field, "customer_id": holder_id});
        });
        assert_eq!(app.customer(&id).await, before);
    }
    app.decide(&holder_id, "close", 1).await;
    let answer = app
        .send(app.patch(&id, 1, &json!({"email": holder["email"]})))
        .await;
    assert_eq!(answer.code(), "customer_already_exists");
}

pub async fn a_customers_own_email_in_another_case_is_no_conflict(app: TestApp) {
    let body = bodies::whole_person();
    let id = app.create(&body).await.id();
    let loud = body["email"].as_str().unwrap().replace("james", "JAMES");
    let patch = json!({"email": loud, "external_id": body["external_id"]});
    let after = app.edit(&id, 1, &patch).await;
    assert_eq!(
        (&after["email"], &after["version"]),
        (&json!(loud), &json!(2))
    );
    assert_eq!(
        app.history(&id).await[0]["changed_fields"],
        json!(["/email"])
    );
}

pub async fn a_rejected_or_closed_customer_cannot_be_edited(app: TestApp) {
    let holder = bodies::person();
    app.create(&holder).await;
    for status in ["rejected", "closed"] {
        let (id, version) = app.in_status(status).await;
        let before = app.customer(&id).await;
        for patch in [
            json!({}),
            json!({"first_name": "James"}),
            json!({"first_name": "Jim"}),
            json!({"email": holder["email"]}),
            json!({"metadata": Value::Object(members(51))}),
        ] {
            for query in ["", "?validate_only=true"] {
                let path = format!("/customers/{id}{query}");
                let answer = app.send(app.patch(&id, version, &patch).path(&path)).await;
                answer.assert_forbidden(status, None);
            }
        }
        assert_eq!(app.customer(&id).await, before);
        let stale = app.send(app.patch(&id, 1, &json!({}))).await;
        stale.assert_problem("version_mismatch", &[]);
    }
}

fn members(count: usize) -> Map<String, Value> {
    (0..count)
        .map(|n| (format!("n{n:02}"), json!("v")))
        .collect()
}

pub async fn the_limits_of_metadata_apply_after_the_merge(app: TestApp) {
    let body = bodies::with(bodies::person(), "/metadata", Value::Object(members(50)));
    let holder = bodies::person();
    app.create(&holder).await;
    let id = app.create(&body).await.id();
    for patch in [
        json!({"metadata": {"one-more": "v"}}),
        // Values are checked before conflicts.
        json!({"metadata": {"one-more": "v"}, "email": holder["email"]}),
    ] {
        let answer = app.send(app.patch(&id, 1, &patch)).await;
        answer.assert_errors("invalid_fields", &[("/metadata", "invalid_metadata")]);
    }
    let swapped = json!({"metadata": {"one-more": "v", "n00": null}});
    let after = app.edit(&id, 1, &swapped).await;
    assert_eq!(after["metadata"].as_object().map(Map::len), Some(50));

    // 33 members of 3 + 493 bytes are 16,368.
    let full: Map<String, Value> = (0..33)
        .map(|n| (format!("n{n:02}"), json!("v".repeat(493))))
        .collect();
    let body = bodies::with(bodies::person(), "/metadata", Value::Object(full));
    let id = app.create(&body).await.id();
    let over = json!({"metadata": {"last": "0123456789abc"}});
    let answer = app.send(app.patch(&id, 1, &over)).await;
    answer.assert_errors("invalid_fields", &[("/metadata", "invalid_metadata")]);
    let fits = json!({"metadata": {"last": "0123456789ab"}});
    app.edit(&id, 1, &fits).await;
    assert_eq!(app.history(&id).await.len(), 2);
}
