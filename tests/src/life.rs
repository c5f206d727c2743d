//! Requests for changes of a customer, and checks of their results.

use customers_domain::Scope;
use serde_json::{Value, json};

use crate::{Answer, Call, TestApp};

/// A row of the status rules: verb, from, to, scope, whether a reason is required.
pub type Rule = (
    &'static str,
    &'static [&'static str],
    &'static str,
    Scope,
    bool,
);

/// A second copy of the status rules, so that a change of them is noticed.
pub const RULES: [Rule; 9] = {
    const WRITE: Scope = Scope::CUSTOMERS_WRITE;
    const REVIEW: Scope = Scope::CUSTOMERS_REVIEW;
    [
        (
            "submit",
            &["pending_kyc", "action_required"],
            "in_review",
            WRITE,
            false,
        ),
        (
            "approve",
            &["pending_kyc", "in_review"],
            "active",
            REVIEW,
            false,
        ),
        (
            "request-action",
            &["in_review"],
            "action_required",
            REVIEW,
            true,
        ),
        (
            "reject",
            &["pending_kyc", "in_review", "action_required"],
            "rejected",
            REVIEW,
            true,
        ),
        ("reopen", &["rejected"], "pending_kyc", REVIEW, true),
        ("suspend", &["active"], "suspended", REVIEW, true),
        ("reinstate", &["suspended"], "active", REVIEW, true),
        ("re-review", &["suspended"], "in_review", REVIEW, true),
        (
            "close",
            &[
                "pending_kyc",
                "in_review",
                "action_required",
                "active",
                "suspended",
                "rejected",
            ],
            "closed",
            REVIEW,
            true,
        ),
    ]
};

/// Every status, with the verbs that bring a new customer there.
pub const WAYS: [(&str, &[&str]); 7] = [
    ("pending_kyc", &[]),
    ("in_review", &["submit"]),
    ("action_required", &["submit", "request-action"]),
    ("active", &["approve"]),
    ("suspended", &["approve", "suspend"]),
    ("rejected", &["reject"]),
    ("closed", &["close"]),
];

/// Returns the verbs that the rules allow from a status, in their order.
pub fn allowed(status: &str) -> Vec<&'static str> {
    let legal = RULES.iter().filter(|(_, from, ..)| from.contains(&status));
    legal.map(|(verb, ..)| *verb).collect()
}

impl TestApp {
    /// Returns an edit of a version, with the key.
    pub fn patch(&self, id: &str, version: u64, patch: &Value) -> Call {
        Call::new("PATCH", &format!("/customers/{id}"))
            .key(self.key())
            .on(version)
            .json(patch)
    }

    /// Returns a verb on a version, with the key.
    pub fn decision(&self, id: &str, verb: &str, version: u64, body: &Value) -> Call {
        Call::new("POST", &format!("/customers/{id}/{verb}"))
            .key(self.key())
            .on(version)
            .json(body)
    }

    /// Edits a customer and returns its new state. Panics if that fails.
    pub async fn edit(&self, id: &str, version: u64, patch: &Value) -> Value {
        let answer = self.send(self.patch(id, version, patch)).await;
        assert_eq!(answer.status, 200, "{patch}: {}", answer.text());
        answer.json()["data"].clone()
    }

    /// Applies a verb with a reason and returns the new state. Panics if that fails.
    pub async fn decide(&self, id: &str, verb: &str, version: u64) -> Value {
        let body = json!({"reason": format!("to {verb}")});
        let answer = self.send(self.decision(id, verb, version, &body)).await;
        assert_eq!(answer.status, 200, "{verb}: {}", answer.text());
        answer.json()["data"].clone()
    }

    /// Creates a customer and brings it to a status. Returns its id and its version.
    pub async fn in_status(&self, status: &str) -> (String, u64) {
        let id = self.create(&crate::bodies::whole_person()).await.id();
        let way = WAYS.iter().find(|(known, _)| *known == status);
        let (_, verbs) = way.expect("a status");
        let mut version = 1;
        for verb in *verbs {
            self.decide(&id, verb, version).await;
            version += 1;
        }
        (id, version)
    }

    /// Returns the current customer.
    pub async fn customer(&self, id: &str) -> Value {
        let answer = self.send(self.get(&format!("/customers/{id}"))).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["data"].clone()
    }

    /// Returns the first page of a customer's history.
    pub async fn history(&self, id: &str) -> Vec<Value> {
        let path = format!("/customers/{id}/history");
        self.send(self.get(&path)).await.items()
    }
}

impl Call {
    /// Sets `If-Match` to a version.
    #[must_use]
    pub fn on(self, version: u64) -> Self {
        self.header("if-match", format!("\"{version}\""))
    }
}

impl Answer {
    /// Returns the items of a page.
    #[track_caller]
    pub fn items(&self) -> Vec<Value> {
        assert_eq!(self.status, 200, "{}", self.text());
        let body = self.json();
        let items = body["data"].as_array();
        items.unwrap_or_else(|| panic!("no page: {body}")).clone()
    }

    /// Returns the ids of a page.
    #[track_caller]
    pub fn ids(&self) -> Vec<String> {
        let items = self.items();
        let ids = items.iter().filter_map(|item| item["id"].as_str());
        ids.map(str::to_owned).collect()
    }

    /// Returns the cursor of the next page, if there is one. Panics if `has_more` does not agree.
    #[track_caller]
    pub fn next_cursor(&self) -> Option<String> {
        let meta = &self.json()["meta"];
        let cursor = meta["next_cursor"].as_str().map(str::to_owned);
        let expected = json!({"next_cursor": cursor, "has_more": cursor.is_some()});
        assert_eq!(*meta, expected);
        cursor
    }

    /// Panics unless the status rules forbid this transition.
    #[track_caller]
    pub fn assert_forbidden(&self, from: &str, to: Option<&str>) {
        self.assert_problem_with("invalid_transition", &[], |problem| {
            problem["transition"] = json!({"from": from, "to": to, "allowed": allowed(from)});
        });
    }

    /// Panics unless the response is the whole customer in this version, and not a replay.
    #[track_caller]
    pub fn assert_customer(&self, version: u64) {
        assert_eq!(self.status, 200, "{}", self.text());
        let tag = format!("\"{version}\"");
        self.assert_headers(&[("content-type", "application/json"), ("etag", &tag)]);
        assert_eq!(self.json()["data"]["version"], json!(version));
    }
}
