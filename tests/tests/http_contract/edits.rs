//! Edits: their effect, and the accepted values.

use chrono::TimeDelta;
use customers_tests::{TestApp, bodies};
use serde_json::{Value, json};

/// Returns a patch of the member at the pointer.
fn patch_of(pointer: &str, value: impl Into<Value>) -> Value {
    let mut segments = pointer.rsplit('/').filter(|name| !name.is_empty());
    let last = segments.next().unwrap();
    let innermost = json!({last: value.into()});
    segments.fold(innermost, |patch, name| json!({name: patch}))
}

pub async fn every_field_but_the_type_can_be_edited(app: TestApp) {
    let id = app.create(&bodies::whole_person()).await.id();
    for (version, (pointer, sent, kept)) in (1_u64..).zip([
        ("/first_name", " Zoe\u{308} ", "Zo\u{eb}"),
        ("/last_name", "Adeyemi", "Adeyemi"),
        ("/email", "Zoe@Example.COM", "Zoe@example.com"),
        ("/phone", "+234 802 345 6789", "+2348023456789"),
        ("/billing_address/line1", "9 Marina Road", "9 Marina Road"),
        ("/billing_address/line2", "Floor 2", "Floor 2"),
        ("/billing_address/city", "Ikeja", "Ikeja"),
        ("/billing_address/state", "Ogun", "Ogun"),
        ("/billing_address/zip_code", " 100 271", "100 271"),
        ("/billing_address/country", "GH", "GH"),
        ("/external_id", " crm 1 ", " crm 1 "),
        ("/metadata/segment", "business", "business"),
        ("/metadata/tier", " gold ", " gold "),
    ]) {
        app.clock.advance(TimeDelta::seconds(1));
        let before = app.customer(&id).await;
        let answer = app
            .send(app.patch(&id, version, &patch_of(pointer, sent)))
            .await;
        answer.assert_customer(version + 1);
        let after = app.customer(&id).await;
        assert_eq!(answer.json()["data"], after, "{pointer}");
        let mut expected = bodies::with(before, pointer, kept);
        expected["version"] = json!(version + 1);
        expected["updated_at"] = json!(format!("2025-09-22T09:01:{:02}Z", 9 + version));
        assert_eq!(after, expected, "{pointer}");
        let entry = &app.history(&id).await[0];
        let path = if pointer.starts_with("/metadata") {
            "/metadata"
        } else {
            pointer
        };
        assert_eq!(entry["changed_fields"], json!([path]));
    }
}

pub async fn an_address_and_metadata_are_merged_member_by_member(app: TestApp) {
    let id = app.create(&bodies::whole_person()).await.id();
    let before = app.customer(&id).await;
    let patch = json!({
        "billing_address": {"city": "Ikeja", "line2": null},
        "metadata": {"segment": null, "tier": "gold", "never-there": null},
    });
    let after = app.edit(&id, 1, &patch).await;
    let mut address = before["billing_address"].clone();
    address["city"] = json!("Ikeja");
    address["line2"] = Value::Null;
    assert_eq!(after["billing_address"], address);
    assert_eq!(after["metadata"], json!({"note": "", "tier": "gold"}));
    let entry = &app.history(&id).await[0];
    let changed = json!([
        "/billing_address/line2",
        "/billing_address/city",
        "/metadata"
    ]);
    assert_eq!(entry["changed_fields"], changed);
}

pub async fn null_removes_an_optional_value(app: TestApp) {
    let id = app.create(&bodies::whole_person()).await.id();
    let patch = json!({"external_id": null, "metadata": null, "billing_address": {"line2": null}});
    let after = app.edit(&id, 1, &patch).await;
    assert_eq!(after["external_id"], Value::Null);
    assert_eq!(after["metadata"], json!({}));
    assert_eq!(after["billing_address"]["line2"], Value::Null);
    assert_eq!(after["billing_address"]["line1"], "123 Test Lane");
    let again = app.send(app.patch(&id, 2, &patch)).await;
    again.assert_customer(2);
}

pub async fn replaced_and_removed_unique_values_are_free(app: TestApp) {
    let named = bodies::with(bodies::person(), "/external_id", "crm-4711");
    let first = app.create(&named).await.id();
    let patch = json!({"external_id": null, "email": "new.address@example.com"});
    app.edit(&first, 1, &patch).await;
    let second = app.create(&named).await.id();
    assert_ne!(first, second);
}

pub async fn a_patch_that_changes_nothing_writes_nothing(app: TestApp) {
    let body = bodies::whole_person();
    let id = app.create(&body).await.id();
    let before = app.customer(&id).await;
    app.clock.advance(TimeDelta::seconds(90));
    let email = body["email"].as_str().unwrap();
    let mut whole = body.clone();
    whole.as_object_mut().unwrap().remove("type");
    for patch in [
        json!({}),
        json!({"billing_address": {}}),
        json!({"metadata": {}}),
        json!({"metadata": {"never-there": null}}),
        json!({"metadata": {"note": ""}}),
        json!({"first_name": "  James "}),
        json!({"phone": "+234 801 234 5678"}),
        json!({"email": email.replace("example.com", "EXAMPLE.com")}),
        json!({"billing_address": {"country": "NG", "line2": " Suite 456"}}),
        whole,
    ] {
        let answer = app.send(app.patch(&id, 1, &patch)).await;
        answer.assert_customer(1);
        assert_eq!(answer.json()["data"], before, "{patch}");
    }
    assert_eq!(app.customer(&id).await, before);
    assert_eq!(app.history(&id).await.len(), 1);
}

/// A clock was set back, or the clock of another copy of the program is slow.
pub async fn times_do_not_decrease_if_the_clock_is_set_back(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    app.clock.advance(TimeDelta::hours(-1));
    app.edit(&id, 1, &json!({"last_name": "Adeyemi"})).await;
    app.decide(&id, "approve", 2).await;
    let customer = app.customer(&id).await;
    let created_at = &customer["created_at"];
    assert_eq!(created_at, "2025-09-22T09:01:09Z");
    assert_eq!(&customer["updated_at"], created_at);
    for entry in app.history(&id).await {
        assert_eq!(&entry["at"], created_at, "{entry}");
    }
    app.clock.advance(TimeDelta::hours(2));
    app.decide(&id, "suspend", 3).await;
    let customer = app.customer(&id).await;
    assert_eq!(customer["updated_at"], "2025-09-22T10:01:09Z");
}

pub async fn a_patch_is_sent_as_merge_patch_or_json(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let call = |version| {
        app.patch(
            &id,
            version,
            &json!({"first_name": format!("James {version}")}),
        )
    };
    for (version, good) in (1..).zip([
        "application/merge-patch+json",
        "application/json",
        "Application/Merge-Patch+JSON; charset=utf-8",
        "application/json;charset=\"UTF-8\"",
    ]) {
        let answer = app.send(call(version).header("content-type", good)).await;
        answer.assert_customer(version + 1);
    }
    let both = "application/merge-patch+json, application/json";
    for bad in [
        "",
        "text/plain",
        "application/x+json",
        "application/json-patch+json",
        "application/merge-patch",
        "application/merge-patch+json; charset=latin1",
        "application/merge-patch+json, application/json",
    ] {
        let answer = app.send(call(5).header("content-type", bad)).await;
        answer.assert_problem("unsupported_media_type", &[("accept", both)]);
    }
    for call in [
        call(5).without("content-type"),
        call(5).header("content-encoding", "gzip"),
        call(5).another("content-type", "application/json"),
    ] {
        let answer = app.send(call).await;
        answer.assert_problem("unsupported_media_type", &[("accept", both)]);
    }
    let excluded = app.send(call(5).header("accept", "text/html")).await;
    excluded.assert_problem("not_acceptable", &[]);
}

pub async fn any_status_but_rejected_and_closed_can_be_edited(app: TestApp) {
    for status in [
        "pending_kyc",
        "in_review",
        "action_required",
        "active",
        "suspended",
    ] {
        let (id, version) = app.in_status(status).await;
        let before = app.customer(&id).await;
        let after = app.edit(&id, version, &json!({"first_name": "Jim"})).await;
        for member in [
            "status",
            "status_reason",
            "status_since",
            "may_transact",
            "allowed_transitions",
        ] {
            assert_eq!(after[member], before[member], "{status} {member}");
        }
        let entry = &app.history(&id).await[0];
        let moved = (&entry["verb"], &entry["from"], &entry["to"]);
        assert_eq!(moved, (&json!("update"), &json!(status), &json!(status)));
    }
}
