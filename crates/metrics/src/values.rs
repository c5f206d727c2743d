//! The closed sets of label values.

use customers_domain::{Action, Verb};

pub(crate) const METHODS: &[&str] = &[
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "other",
];
pub(crate) const KEY_LOOKUPS: &[&str] = &["hit", "stale", "miss", "unknown", "refused"];
pub(crate) const OPERATIONS: &[&str] = &[
    "create",
    "find",
    "list",
    "update",
    "decide",
    "erase",
    "find_holder",
    "history",
    "find_decision",
    "sweep",
    "check",
    "read",
    "heads",
    "number",
    "waiting",
];
pub(crate) const STORE_OUTCOMES: &[&str] = &["ok", "unavailable", "defect"];
pub(crate) const CREATE_OUTCOMES: &[&str] = &[
    "created",
    "replayed",
    "email_taken",
    "external_id_taken",
    "key_reused",
    "key_in_progress",
];
pub(crate) const CHANGE_OUTCOMES: &[&str] = &[
    "updated",
    "version_conflict",
    "erased",
    "email_taken",
    "external_id_taken",
    "decision_taken",
];
pub(crate) const PORTS: &[&str] = &["customers", "api_keys", "idempotency", "health", "events"];
/// `update`, then every verb of the status rules, then `erase`.
pub(crate) const ACTIONS: &[&str] = &{
    let mut names = [Action::Update.as_str(); Verb::ALL.len() + 2];
    let mut next = 0;
    while next < Verb::ALL.len() {
        names[next + 1] = Verb::ALL[next].as_str();
        next += 1;
    }
    names[next + 1] = Action::Erase.as_str();
    names
};
