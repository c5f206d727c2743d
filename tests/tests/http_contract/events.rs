//! `GET /events`.

use std::time::{Duration, Instant};

use customers_domain::Scope;
use customers_test_support::eventually;
use customers_tests::{Answer, Call, TestApp, bodies};
use serde_json::{Value, json};

/// How long the feed may take, by the contract.
const SOON: Duration = Duration::from_secs(3);

async fn read(app: &TestApp, query: &str) -> Answer {
    let answer = app.send(app.get(&format!("/events{query}"))).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

/// Waits until the feed of Acme has that many events.
async fn events(app: &TestApp, count: usize) -> Vec<Value> {
    eventually("the events are in the feed", SOON, async || {
        read(app, "?limit=500").await.items().len() == count
    })
    .await;
    read(app, "?limit=500").await.items()
}

fn meta(next_after: u64, head: u64, has_more: bool) -> Value {
    json!({"next_after": next_after, "head": head, "has_more": has_more})
}

pub async fn a_feed_without_events_is_an_empty_page(app: TestApp) {
    let answer = read(&app, "").await;
    assert_eq!(
        answer.json(),
        json!({"data": [], "meta": meta(0, 0, false)})
    );
    assert_eq!(answer.header("content-type"), "application/json");
}

pub async fn each_change_is_an_event_without_personal_data(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let patch = json!({"first_name": "Ada", "external_id": "crm-99"});
    let edited = app.send(app.patch(&id, 1, &patch)).await;
    assert_eq!(edited.status, 200, "{}", edited.text());
    let body = json!({"reason": "Passport seen"});
    let approved = app.send(app.decision(&id, "approve", 2, &body)).await;
    assert_eq!(approved.status, 200, "{}", approved.text());

    let events = events(&app, 3).await;
    let history = app.send(app.get(&format!("/customers/{id}/history"))).await;
    let history = history.items();
    for (event, change) in events.iter().zip(history.iter().rev()) {
        assert_eq!(event["timestamp"], change["at"]);
        let members: Vec<&String> = event.as_object().unwrap().keys().collect();
        assert_eq!(members, ["data", "id", "sequence", "timestamp", "type"]);
    }
    let thin: Vec<Value> = events
        .iter()
        .map(|event| json!([event["sequence"], event["type"], event["data"]]))
        .collect();
    let data = |version, verb, status, previous: Option<&str>, fields: &[&str]| {
        json!({
            "customer_id": id, "version": version, "verb": verb, "status": status,
            "previous_status": previous, "may_transact": status == "active",
            "changed_fields": fields,
        })
    };
    let kyc = "pending_kyc";
    let fields = ["/first_name", "/external_id"];
    assert_eq!(
        thin,
        [
            json!([1, "customer.created", data(1, "create", kyc, None, &[])]),
            json!([
                2,
                "customer.updated",
                data(2, "update", kyc, Some(kyc), &fields)
            ]),
            json!([
                3,
                "customer.status_changed",
                data(3, "approve", "active", Some(kyc), &[])
            ]),
        ]
    );
}

pub async fn pages_follow_each_other_by_next_after(app: TestApp) {
    for _ in 0..5 {
        app.create(&bodies::person()).await;
    }
    let all = events(&app, 5).await;
    let mut walked = Vec::new();
    for (after, expected) in [
        (0, meta(2, 5, true)),
        (2, meta(4, 5, true)),
        (4, meta(5, 5, false)),
        (5, meta(5, 5, false)),
    ] {
        let page = read(&app, &format!("?after={after}&limit=2")).await;
        assert_eq!(page.json()["meta"], expected);
        walked.extend(page.items());
    }
    assert_eq!(walked, all);
}

pub async fn a_position_beyond_the_head_is_refused_at_once(app: TestApp) {
    app.create(&bodies::person()).await;
    events(&app, 1).await;
    let started = Instant::now();
    let answer = app.send(app.get("/events?after=2&wait=30")).await;
    answer.assert_errors("invalid_request", &[("/after", "invalid_parameter")]);
    assert!(started.elapsed() < Duration::from_secs(10));
}

pub async fn parameters_of_a_read_are_checked(app: TestApp) {
    for (name, values) in [
        (
            "after",
            &["", "-1", "+1", "x", "1.0", "9223372036854775808"][..],
        ),
        ("limit", &["", "0", "501", "-1", "x"]),
        ("wait", &["", "-1", "31", "1.5", "1s"]),
    ] {
        for value in values {
            let value = value.replace('+', "%2B");
            let answer = app.send(app.get(&format!("/events?{name}={value}"))).await;
            let pointer = format!("/{name}");
            answer.assert_errors("invalid_request", &[(&pointer, "invalid_parameter")]);
        }
    }
    let answer = app
        .send(app.get("/events?cursor=1&limit=1&limit=2&wait=x"))
        .await;
    answer.assert_errors(
        "invalid_request",
        &[
            ("/cursor", "unknown_parameter"),
            ("/limit", "duplicate_parameter"),
            ("/wait", "invalid_parameter"),
        ],
    );
    read(&app, "?after=0&limit=500&wait=0").await;
    read(&app, "?limit=1").await;
    let head = app.send(app.get("/events").method("HEAD")).await;
    assert_eq!(head.status, 200);
    app.send(app.get("/events").method("POST"))
        .await
        .assert_problem("method_not_allowed", &[("allow", "GET,HEAD")]);
}

pub async fn reading_events_needs_its_own_scope(app: TestApp) {
    let other = app.key_of("Acme", &Scope::CUSTOMERS).await;
    let answer = app.send(Call::get("/events").key(&other)).await;
    answer.assert_problem("insufficient_scope", &[]);
    let answer = app.send(Call::get("/events")).await;
    assert_eq!((answer.status, answer.code()), (401, "unauthorized".into()));
    let reader = app.key_of("Acme", &[Scope::EVENTS_READ]).await;
    assert_eq!(
        app.send(Call::get("/events").key(&reader)).await.status,
        200
    );
    let answer = app.send(Call::get("/customers").key(&reader)).await;
    answer.assert_problem("insufficient_scope", &[]);
}

pub async fn events_of_another_tenant_are_not_in_the_feed(app: TestApp) {
    let scopes = [Scope::CUSTOMERS_WRITE, Scope::EVENTS_READ];
    let theirs = app.key_of("Globex", &scopes).await;
    app.create(&bodies::person()).await;
    for _ in 0..2 {
        let call = app.post(&bodies::person()).key(&theirs);
        assert_eq!(app.send(call).await.status, 201);
    }
    assert_eq!(events(&app, 1).await[0]["sequence"], 1);
    eventually("the other tenant has its events", SOON, async || {
        let page = app.send(Call::get("/events").key(&theirs)).await;
        page.json()["meta"] == meta(2, 2, false)
    })
    .await;
}

pub async fn a_read_waits_for_the_next_event(app: TestApp) {
    app.create(&bodies::person()).await;
    events(&app, 1).await;
    let started = Instant::now();
    let (page, created) = tokio::join!(
        read(&app, "?after=1&wait=30"),
        app.create(&bodies::person())
    );
    assert!(started.elapsed() < SOON);
    assert_eq!(page.json()["meta"], meta(2, 2, false));
    assert_eq!(page.items()[0]["data"]["customer_id"], created.id());
    let started = Instant::now();
    assert_eq!(read(&app, "?after=1&wait=30").await.items().len(), 1);
    assert!(started.elapsed() < SOON);
}

pub async fn a_read_that_waits_in_vain_is_an_empty_page(app: TestApp) {
    let started = Instant::now();
    let page = read(&app, "?wait=1").await;
    assert!(started.elapsed() >= Duration::from_millis(900));
    assert_eq!(page.json(), json!({"data": [], "meta": meta(0, 0, false)}));
}

pub async fn the_drain_ends_reads_that_wait(app: TestApp) {
    let started = Instant::now();
    let (page, ()) = tokio::join!(read(&app, "?wait=30"), async {
        tokio::task::yield_now().await;
        app.drain.begin();
    });
    assert_eq!(page.json(), json!({"data": [], "meta": meta(0, 0, false)}));
    read(&app, "?wait=30").await;
    assert!(started.elapsed() < SOON);
}
