//! Filters of the list.

use chrono::TimeDelta;
use customers_domain::Scope;
use customers_tests::{TestApp, bodies};
use serde_json::{Value, json};

/// Panics unless the list for the query contains exactly these customers.
async fn assert_listed(app: &TestApp, query: &str, ids: &[&String]) {
    let answer = app.send(app.get(&format!("/customers?{query}"))).await;
    let mut seen = answer.ids();
    let mut expected: Vec<String> = ids.iter().map(|id| (*id).clone()).collect();
    seen.sort_unstable();
    expected.sort_unstable();
    assert_eq!(seen, expected, "{query}");
}

async fn created(app: &TestApp, changes: &[(&str, &str)]) -> String {
    let body = changes
        .iter()
        .fold(bodies::person(), |body, (pointer, value)| {
            bodies::with(body, pointer, *value)
        });
    app.create(&body).await.id()
}

pub async fn customers_are_found_by_each_filter(app: TestApp) {
    let plain = created(&app, &[]).await;
    let business = created(&app, &[("/type", "business")]).await;
    let reached = [
        ("/email", "Ada.Upper@example.com"),
        ("/phone", "+12025550123"),
    ];
    let reached = created(&app, &reached).await;
    let abroad = [
        ("/external_id", "Crm 4711+x"),
        ("/billing_address/country", "GB"),
    ];
    let abroad = created(&app, &abroad).await;
    let stranger = app.key_of("Globex", &Scope::CUSTOMERS).await;
    app.send(app.post(&bodies::person()).key(&stranger)).await;

    for (query, ids) in [
        ("type=business", &[&business][..]),
        ("type=individual", &[&plain, &reached, &abroad]),
        ("email=Ada.Upper%40example.com", &[&reached]),
        ("email=ada.upper@EXAMPLE.COM", &[&reached]),
        ("email=ada.uppe@example.com", &[]),
        ("phone=%2B12025550123", &[&reached]),
        ("phone=+12025550123", &[&reached]),
        ("phone=%2012025550123", &[&reached]),
        ("phone=%2B1%20202-555-0123", &[&reached]),
        ("phone=%2B12025550124", &[]),
        ("external_id=Crm%204711%2Bx", &[&abroad]),
        ("external_id=Crm+4711%2Bx", &[&abroad]),
        ("external_id=crm%204711%2Bx", &[]),
        ("external_id=Crm+4711+x", &[]),
        ("country=GB", &[&abroad]),
        ("country=NG", &[&plain, &business, &reached]),
        ("country=GB&type=business", &[]),
        (
            "country=NG&type=business&phone=+2348012345678",
            &[&business],
        ),
        ("", &[&plain, &business, &reached, &abroad]),
    ] {
        assert_listed(&app, query, ids).await;
    }
}

pub async fn customers_are_found_by_one_status_or_several(app: TestApp) {
    let pending = app.create(&bodies::person()).await.id();
    let (active, _) = app.in_status("active").await;
    let (closed, _) = app.in_status("closed").await;
    for (query, ids) in [
        ("status=pending_kyc", &[&pending][..]),
        ("status=active", &[&active]),
        ("status=closed", &[&closed]),
        ("status=suspended", &[]),
        ("status=active&status=closed", &[&active, &closed]),
        (
            "status=closed&status=active&status=closed",
            &[&active, &closed],
        ),
        ("status=active&type=business", &[]),
    ] {
        assert_listed(&app, query, ids).await;
    }
    app.decide(&active, "suspend", 2).await;
    assert_listed(&app, "status=active", &[]).await;
    assert_listed(&app, "status=suspended", &[&active]).await;
}

pub async fn filters_follow_an_edit(app: TestApp) {
    let id = created(&app, &[("/email", "old@example.com")]).await;
    let patch = json!({
        "email": "new@example.com",
        "phone": "+12025550123",
        "external_id": "crm-1",
        "billing_address": {"country": "GH"},
    });
    app.edit(&id, 1, &patch).await;
    assert_listed(&app, "email=old@example.com", &[]).await;
    assert_listed(&app, "country=NG", &[]).await;
    let all = "email=new@example.com&phone=+12025550123&external_id=crm-1&country=GH";
    assert_listed(&app, all, &[&id]).await;
}

/// The clock shows 09:01:09.123456.
pub async fn a_range_of_times_holds_its_start_and_not_its_end(app: TestApp) {
    let first = app.create(&bodies::person()).await.id();
    app.clock.advance(TimeDelta::seconds(10));
    let second = app.create(&bodies::person()).await.id();
    app.clock.advance(TimeDelta::microseconds(876_544));
    let third = app.create(&bodies::person()).await.id();
    let at = |seconds: &str| format!("2025-09-22T09:01:{seconds}Z");
    let from = |seconds| format!("created_from={}", at(seconds));
    let before = |seconds| format!("created_before={}", at(seconds));
    for (query, ids) in [
        (from("09"), &[&first, &second, &third][..]),
        (from("10"), &[&second, &third]),
        (from("20"), &[&third]),
        (from("21"), &[]),
        (before("09"), &[]),
        (before("10"), &[&first]),
        (before("20"), &[&first, &second]),
        (before("21"), &[&first, &second, &third]),
        (format!("{}&{}", from("10"), before("20")), &[&second]),
        (format!("{}&{}", from("20"), before("20")), &[]),
        (format!("{}&{}", from("21"), before("09")), &[]),
        (from("09.123456"), &[&first, &second, &third]),
        (from("09.123457"), &[&second, &third]),
        (from("09.1234560001"), &[&second, &third]),
        (before("09.123456"), &[]),
        (before("09.1234560001"), &[&first]),
        (format!("{}&{}", from("09.1"), before("09.2")), &[&first]),
        (
            "created_from=2025-09-22T10:01:19%2B01:00".into(),
            &[&second, &third],
        ),
        (
            "created_from=2025-09-22T10:01:19+01:00&created_before=2025-09-22T04:01:20-05:00"
                .into(),
            &[&second],
        ),
        (
            "created_from=2016-12-31T23:59:60Z".into(),
            &[&first, &second, &third],
        ),
        (
            "created_from=0000-01-01T00:00:00Z".into(),
            &[&first, &second, &third],
        ),
        (
            "created_before=9999-12-31T23:59:59Z".into(),
            &[&first, &second, &third],
        ),
    ] {
        assert_listed(&app, &query, ids).await;
    }
}

pub async fn an_invalid_filter_value_is_refused(app: TestApp) {
    for (name, values) in [
        (
            "status",
            &["", "Active", "active%20", "gone", "active,closed"][..],
        ),
        ("type", &["", "Business", "company"]),
        (
            "email",
            &["", "ada", "%20ada@example.com", "ada@localhost", "%00"],
        ),
        (
            "phone",
            &[
                "",
                "08012345678",
                "2348012345678",
                "++12025550123",
                "%2B1",
                "x",
            ],
        ),
        ("external_id", &["", "%20", "caf%C3%A9", "a%00", "%FF"]),
        ("country", &["", "ng", "XK", "NGA"]),
    ] {
        for value in values {
            assert_refused(&app, name, value).await;
        }
    }
    assert_refused(&app, "external_id", &"x".repeat(256)).await;
    assert_refused(&app, "status", "active&status=gone").await;
}

pub async fn a_time_is_an_rfc_3339_date_time(app: TestApp) {
    for name in ["created_from", "created_before"] {
        for bad in [
            "",
            "now",
            "2025-09-22",
            "2025-09-22T09:01:09",
            "2025-09-22T09:01Z",
            "2025-09-22%2009:01:09Z",
            "2025-9-22T09:01:09Z",
            "2025-02-30T09:01:09Z",
            "2025-13-01T09:01:09Z",
            "2025-09-22T24:00:00Z",
            "2025-09-22T09:60:09Z",
            "2025-09-22T09:01:61Z",
            "2025-09-22T09:01:60Z",
            "2025-09-22T09:01:09.Z",
            "2025-09-22T09:01:09%2B0100",
            "2025-09-22T09:01:09%2B24:00",
            "%202025-09-22T09:01:09Z",
            "2025-09-22T09:01:09Z%20",
            "1758531669",
            "25-09-22T09:01:09Z",
            "-0001-01-01T00:00:00Z",
            "%2B12025-01-01T00:00:00Z",
            "-262143-01-01T00:00:00Z",
            "%2B262142-12-31T23:59:59Z",
            "%2B999999999-01-01T00:00:00Z",
        ] {
            assert_refused(&app, name, bad).await;
        }
    }
}

async fn assert_refused(app: &TestApp, name: &str, value: &str) {
    let path = format!("/customers?{name}={value}");
    let answer = app.send(app.get(&path)).await;
    assert_eq!(answer.status, 400, "{path}: {}", answer.text());
    let pointer = format!("/{name}");
    answer.assert_errors("invalid_request", &[(&pointer, "invalid_parameter")]);
}

pub async fn only_the_status_filter_may_be_repeated(app: TestApp) {
    for (name, value) in [
        ("type", "business"),
        ("email", "ada@example.com"),
        ("phone", "%2B12025550123"),
        ("external_id", "crm-1"),
        ("country", "NG"),
        ("created_from", "2025-01-01T00:00:00Z"),
        ("created_before", "2025-01-01T00:00:00Z"),
    ] {
        let twice = app.get(&format!("/customers?{name}={value}&{name}={value}"));
        let answer = app.send(twice).await;
        let pointer = format!("/{name}");
        answer.assert_errors("invalid_request", &[(&pointer, "duplicate_parameter")]);
    }
    let empty: [Value; 0] = [];
    let several = app.get("/customers?status=active&status=active");
    assert_eq!(app.send(several).await.items(), empty);
}
