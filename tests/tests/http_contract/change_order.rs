//! Changes are checked in the documented order, and the response reports the first failed check.

use customers_domain::Scope;
use customers_tests::{Call, TestApp, bodies};
use serde_json::json;

const UNUSED: &str = "01997099-05b3-7c4e-9b1f-2f6a1d3c5e70";

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    Key,
    Scope,
    Accept,
    ContentType,
    Query,
    Version,
    Size,
    Json,
    Shape,
    Values,
    Decision,
    Absent,
    Stale,
    Status,
}

/// Faults of a change in the order of the checks, with their responses.
const FAULTS: [(Fault, u16, &str); 14] = [
    (Fault::Key, 401, "unauthorized"),
    (Fault::Scope, 403, "insufficient_scope"),
    (Fault::Accept, 406, "not_acceptable"),
    (Fault::ContentType, 415, "unsupported_media_type"),
    (Fault::Query, 400, "invalid_request"),
    (Fault::Version, 428, "version_required"),
    (Fault::Size, 413, "payload_too_large"),
    (Fault::Json, 400, "malformed_json"),
    (Fault::Shape, 400, "invalid_request"),
    (Fault::Values, 422, "invalid_fields"),
    (Fault::Decision, 422, "idempotency_key_reused"),
    (Fault::Absent, 404, "not_found"),
    (Fault::Stale, 412, "version_mismatch"),
    (Fault::Status, 409, "invalid_transition"),
];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Change {
    Edit,
    Verb,
}

/// A customer that can be changed, one that cannot, and a key without the required scopes.
struct Town {
    app: TestApp,
    readers: String,
    open: String,
    closed: String,
}

impl Town {
    async fn of(app: TestApp) -> Self {
        let used = app.create(&bodies::person()).await.id();
        let body = json!({"decision_id": "used"});
        app.send(app.decision(&used, "submit", 1, &body)).await;
        let closed = app.create(&bodies::person()).await.id();
        app.decide(&closed, "close", 1).await;
        Self {
            readers: app.key_of("Acme", &[Scope::CUSTOMERS_READ]).await,
            open: app.create(&bodies::person()).await.id(),
            closed,
            app,
        }
    }

    /// Returns a change with exactly these faults.
    fn faulty(&self, change: Change, faults: &[Fault]) -> Call {
        let has = |fault| faults.contains(&fault);
        let (mut id, mut version) = (&*self.open, 1);
        if has(Fault::Status) {
            (id, version) = (&*self.closed, 2);
        }
        if has(Fault::Absent) {
            id = UNUSED;
        }
        if has(Fault::Stale) {
            version = 9;
        }
        let verb = if change == Change::Verb { "/close" } else { "" };
        let query = if has(Fault::Query) { "?verbose=1" } else { "" };
        let path = format!("/customers/{id}{verb}{query}");
        let method = if change == Change::Verb {
            "POST"
        } else {
            "PATCH"
        };
        let key = if has(Fault::Scope) {
            &self.readers
        } else {
            self.app.key()
        };
        let mut call = Call::new(method, &path)
            .key(key)
            .on(version)
            .bytes(body(change, faults));
        if has(Fault::Key) {
            call = call.header("authorization", "Bearer nonsense");
        }
        if has(Fault::Accept) {
            call = call.header("accept", "text/html");
        }
        if has(Fault::ContentType) {
            call = call.header("content-type", "text/plain");
        }
        if has(Fault::Version) {
            call = call.without("if-match");
        }
        call
    }

    async fn assert_first(&self, change: Change, faults: &[(Fault, u16, &str)]) {
        let chosen: Vec<Fault> = faults.iter().map(|(fault, ..)| *fault).collect();
        let answer = self.app.send(self.faulty(change, &chosen)).await;
        let (_, status, code) = faults[0];
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{change:?} {chosen:?}"
        );
    }
}

fn body(change: Change, faults: &[Fault]) -> String {
    let has = |fault| faults.contains(&fault);
    let (value, wrong) = match change {
        Change::Edit => ("first_name", ""),
        Change::Verb => ("reason", " "),
    };
    let mut body = json!({value: if has(Fault::Values) { wrong } else { "Jim" }});
    if has(Fault::Decision) {
        body["decision_id"] = json!("used");
    }
    if has(Fault::Shape) {
        body["extra"] = json!("x");
    }
    let mut text = body.to_string();
    if has(Fault::Json) {
        text.pop();
    }
    if has(Fault::Size) {
        text.insert_str(0, &" ".repeat(64 * 1024));
    }
    text
}

pub async fn checks_of_a_change_run_in_the_documented_order(app: TestApp) {
    let town = Town::of(app).await;
    for change in [Change::Edit, Change::Verb] {
        let faults: Vec<_> = FAULTS
            .into_iter()
            .filter(|(fault, ..)| change == Change::Verb || *fault != Fault::Decision)
            .collect();
        for (place, first) in faults.iter().enumerate() {
            town.assert_first(change, &faults[place..]).await;
            town.assert_first(change, &[*first]).await;
            for second in &faults[place + 1..] {
                town.assert_first(change, &[*first, *second]).await;
            }
        }
        let version = if change == Change::Edit { 1 } else { 2 };
        let good = town.faulty(change, &[]).on(version);
        town.app.send(good).await.assert_customer(version + 1);
    }
}

pub async fn a_taken_value_is_reported_after_all_other_errors_of_an_edit(app: TestApp) {
    let holder = bodies::person();
    app.create(&holder).await;
    let patch = json!({"email": holder["email"]});
    let (closed, version) = app.in_status("closed").await;
    let open = app.create(&bodies::person()).await.id();
    for (id, version, status) in [
        (UNUSED, 1, 404),
        (&open, 9, 412),
        (&closed, version, 409),
        (&open, 1, 409),
    ] {
        let answer = app.send(app.patch(id, version, &patch)).await;
        assert_eq!(answer.status, status, "{}", answer.text());
        let code = answer.code();
        assert_eq!(
            code == "customer_already_exists",
            id == open && version == 1
        );
    }
}

pub async fn checks_of_a_list_run_in_the_same_order(app: TestApp) {
    let writers = app.key_of("Acme", &[Scope::CUSTOMERS_WRITE]).await;
    let history = format!("/customers/{UNUSED}/history");
    for path in ["/customers", "/statuses", &history] {
        let wrong = app
            .get(&format!("{path}?verbose=1"))
            .header("accept", "text/html")
            .key(&writers);
        let codes = [
            (wrong.clone().without("authorization"), "unauthorized"),
            (wrong.clone(), "insufficient_scope"),
            (wrong.clone().key(app.key()), "not_acceptable"),
            (wrong.key(app.key()).without("accept"), "invalid_request"),
        ];
        for (call, code) in codes {
            assert_eq!(app.send(call).await.code(), code, "{path}");
        }
    }
}
