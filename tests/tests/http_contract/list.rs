//! The list of customers: order, pages and cursors.

use chrono::TimeDelta;
use customers_domain::Scope;
use customers_test_support::builders::Dice;
use customers_tests::{Answer, TestApp, bodies};
use serde_json::json;

/// Creates customers one second apart, and returns their ids, newest first.
async fn created(app: &TestApp, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for _ in 0..count {
        app.clock.advance(TimeDelta::seconds(1));
        ids.insert(0, app.create(&bodies::whole_person()).await.id());
    }
    ids
}

async fn page(app: &TestApp, query: &str) -> Answer {
    app.send(app.get(&format!("/customers?{query}"))).await
}

/// Panics unless the cursor of the query is refused.
pub(crate) async fn assert_no_cursor(app: &TestApp, path: &str) {
    let answer = app.send(app.get(path)).await;
    answer.assert_errors("invalid_request", &[("/cursor", "invalid_parameter")]);
}

pub async fn a_tenant_without_customers_has_an_empty_page(app: TestApp) {
    let stranger = app.key_of("Globex", &Scope::CUSTOMERS).await;
    app.send(app.post(&bodies::person()).key(&stranger)).await;
    let answer = app.send(app.get("/customers")).await;
    answer.assert_headers(&[("content-type", "application/json")]);
    let empty = json!({"data": [], "meta": {"next_cursor": null, "has_more": false}});
    assert_eq!((answer.status, answer.json()), (200, empty));
}

pub async fn customers_are_listed_completely_and_newest_first(app: TestApp) {
    let ids = created(&app, 4).await;
    app.edit(&ids[3], 1, &json!({"first_name": "Jim", "metadata": null}))
        .await;
    app.decide(&ids[2], "approve", 1).await;
    let answer = app.send(app.get("/customers")).await;
    assert_eq!(answer.ids(), ids);
    assert_eq!(answer.next_cursor(), None);
    for (id, item) in ids.iter().zip(answer.items()) {
        assert_eq!(item, app.customer(id).await);
    }
}

pub async fn consecutive_pages_have_no_gap(app: TestApp) {
    let ids = created(&app, 5).await;
    for limit in 1..=6 {
        let mut seen = Vec::new();
        let mut query = format!("limit={limit}");
        loop {
            let answer = page(&app, &query).await;
            let more = answer.next_cursor();
            let shown = answer.ids();
            seen.extend(shown.clone());
            let Some(cursor) = more else { break };
            assert_eq!(shown.len(), limit, "a page that is not the last is full");
            query = format!("limit={limit}&cursor={cursor}");
        }
        assert_eq!(seen, ids, "{limit}");
    }
    // A full page can be the last one, which has no cursor.
    assert_eq!(page(&app, "limit=5").await.next_cursor(), None);
}

pub async fn a_list_can_be_walked_oldest_first(app: TestApp) {
    let mut ids = created(&app, 5).await;
    ids.reverse();
    for filter in ["", "&country=NG", "&status=pending_kyc&type=individual"] {
        let mut seen = Vec::new();
        let mut query = format!("limit=2&order=asc{filter}");
        loop {
            let answer = page(&app, &query).await;
            seen.extend(answer.ids());
            let Some(cursor) = answer.next_cursor() else {
                break;
            };
            query = format!("limit=2&order=asc{filter}&cursor={cursor}");
        }
        assert_eq!(seen, ids, "{filter}");
    }
    let cursor = page(&app, "limit=2&order=asc").await.next_cursor().unwrap();
    for other in ["", "&order=desc"] {
        let path = format!("/customers?limit=2{other}&cursor={cursor}");
        assert_no_cursor(&app, &path).await;
    }
    let newest_first = page(&app, "order=desc").await.ids();
    assert_eq!(newest_first, page(&app, "").await.ids());
    for bad in ["", "ASC", "oldest"] {
        let answer = page(&app, &format!("order={bad}")).await;
        answer.assert_errors("invalid_request", &[("/order", "invalid_parameter")]);
    }
}

pub async fn the_default_page_size_is_50(app: TestApp) {
    created(&app, 51).await;
    let answer = app.send(app.get("/customers")).await;
    assert_eq!(answer.ids().len(), 50);
    assert!(answer.next_cursor().is_some());
    assert_eq!(page(&app, "limit=200").await.ids().len(), 51);
    assert_eq!(page(&app, "limit=1").await.ids().len(), 1);
}

pub async fn a_limit_is_a_number_from_1_to_200(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let history = format!("/customers/{id}/history");
    for path in ["/customers", &history] {
        for bad in [
            "",
            "0",
            "201",
            "-1",
            "+5",
            "%2B5",
            "5%20",
            "1.5",
            "1e2",
            "0x5",
            "all",
            "%D9%A5",
            "99999999999999999999",
        ] {
            let answer = app.send(app.get(&format!("{path}?limit={bad}"))).await;
            assert_eq!(answer.status, 400, "{bad}");
            answer.assert_errors("invalid_request", &[("/limit", "invalid_parameter")]);
        }
        let twice = app.get(&format!("{path}?limit=5&limit=5"));
        let answer = app.send(twice).await;
        answer.assert_errors("invalid_request", &[("/limit", "duplicate_parameter")]);
    }
}

pub async fn a_malformed_cursor_is_refused_without_details(app: TestApp) {
    created(&app, 2).await;
    let good = page(&app, "limit=1").await.next_cursor().unwrap();
    let mut bad: Vec<String> = [
        "", "x", "AAAA", "null", "0", "%00", "%FF", "..%2F", "%C3%A9",
    ]
    .map(str::to_owned)
    .to_vec();
    bad.push("A".repeat(good.len()));
    bad.push("A".repeat(5000));
    bad.push(good[1..].to_owned());
    bad.push(good[..good.len() - 1].to_owned());
    bad.push(format!("{good}A"));
    bad.push(format!("{good}="));
    bad.push(format!("%20{good}"));
    bad.push(good.to_ascii_uppercase());
    bad.push(good.repeat(2));
    for text in bad.iter().filter(|text| **text != good) {
        assert_no_cursor(&app, &format!("/customers?limit=1&cursor={text}")).await;
    }
    let mut dice = Dice::new(7);
    for _ in 0..50 {
        let length = 1 + dice.roll(60);
        let letters = (0..length).map(|_| *dice.pick(b"abcXYZ019-_"));
        let text: String = letters.map(char::from).collect();
        assert_no_cursor(&app, &format!("/customers?cursor={text}")).await;
    }
    let twice = page(&app, &format!("cursor={good}&cursor={good}")).await;
    twice.assert_errors("invalid_request", &[("/cursor", "duplicate_parameter")]);
}

pub async fn a_cursor_belongs_to_its_tenant_its_list_and_its_filters(app: TestApp) {
    let ids = created(&app, 3).await;
    app.edit(&ids[0], 1, &json!({"first_name": "Jim"})).await;
    let plain = page(&app, "limit=1").await.next_cursor().unwrap();
    let query = "status=pending_kyc&type=individual&limit=1";
    let filtered = page(&app, query).await.next_cursor().unwrap();
    let history = format!("/customers/{}/history", ids[0]);
    let past = app.send(app.get(&format!("{history}?limit=1"))).await;
    let past = past.next_cursor().unwrap();

    for other in [
        format!("/customers?status=pending_kyc&cursor={plain}"),
        format!("/customers?created_from=2020-01-01T00:00:00Z&cursor={plain}"),
        format!("/customers?cursor={filtered}"),
        format!("/customers?status=pending_kyc&cursor={filtered}"),
        format!("/customers?status=pending_kyc&type=business&cursor={filtered}"),
        format!("/customers?status=pending_kyc&status=active&type=individual&cursor={filtered}"),
        format!("/customers?status=pending_kyc&type=individual&country=NG&cursor={filtered}"),
        format!("/customers?cursor={past}"),
        format!("{history}?cursor={plain}"),
        format!("/customers/{}/history?cursor={past}", ids[1]),
    ] {
        assert_no_cursor(&app, &other).await;
    }
    let stranger = app.key_of("Globex", &Scope::CUSTOMERS).await;
    let call = app.get(&format!("/customers?cursor={plain}"));
    let answer = app.send(call.key(&stranger)).await;
    answer.assert_errors("invalid_request", &[("/cursor", "invalid_parameter")]);
    // Another key of the same tenant can continue.
    let colleague = app.key_of("Acme", &[Scope::CUSTOMERS_READ]).await;
    let call = app.get(&format!("/customers?cursor={plain}"));
    assert_eq!(app.send(call.key(&colleague)).await.ids(), ids[1..]);
}

pub async fn a_cursor_is_valid_with_another_limit_and_equivalent_filters(app: TestApp) {
    let ids = created(&app, 4).await;
    let first = page(&app, "limit=1").await.next_cursor().unwrap();
    for (limit, end) in [("", 4), ("&limit=2", 3), ("&limit=200", 4)] {
        let answer = page(&app, &format!("cursor={first}{limit}")).await;
        assert_eq!(answer.ids(), ids[1..end]);
    }
    let query = "limit=1&status=active&status=pending_kyc&phone=%2B2348012345678&country=NG";
    let cursor = page(&app, query).await.next_cursor().unwrap();
    for same in [
        "country=NG&phone=+2348012345678&status=pending_kyc&status=active",
        "status=pending_kyc&status=active&status=active&phone=+234%20801%20234%205678&country=NG",
    ] {
        let answer = page(&app, &format!("{same}&cursor={cursor}")).await;
        assert_eq!(answer.ids(), ids[1..]);
    }
}

pub async fn unknown_parameters_and_repeated_filters_are_reported_together(app: TestApp) {
    let query = "page=2&limit=0&type=x&type=business&email=a%40example.com&email=b%40example.com\
                 &status=nonsense&Status=active&cursor=x&created_from=yesterday";
    let answer = page(&app, query).await;
    let errors = [
        ("/page", "unknown_parameter"),
        ("/Status", "unknown_parameter"),
        ("/limit", "invalid_parameter"),
        ("/type", "duplicate_parameter"),
        ("/email", "duplicate_parameter"),
        ("/status", "invalid_parameter"),
        ("/cursor", "invalid_parameter"),
        ("/created_from", "invalid_parameter"),
    ];
    answer.assert_errors("invalid_request", &errors);
    for unknown in ["offset", "sort", "first_name", "zip_code", "metadata"] {
        let answer = page(&app, &format!("{unknown}=1")).await;
        let pointer = format!("/{unknown}");
        answer.assert_errors("invalid_request", &[(&pointer, "unknown_parameter")]);
    }
}

pub async fn a_list_ignores_conditional_headers(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let call = app.get("/customers").header("if-none-match", "*");
    let answer = app.send(call.header("if-match", "\"9\"")).await;
    assert_eq!(answer.ids(), [id]);
    assert_eq!(answer.headers.get("etag"), None);
}
