//! What the documentation says about customers, in Markdown.

use customers_domain::{CustomerStatus, Verb};

/// The first requests to send.
pub(crate) const QUICK_START: &str = include_str!("guide.md");

/// The status rules, made from the table in the domain.
pub(crate) fn status_rules() -> String {
    let statuses: String = CustomerStatus::ALL.iter().copied().map(status).collect();
    let verbs: String = Verb::ALL.iter().copied().map(verb).collect();
    format!(
        "# Status rules\n\n\
         A verb changes the status of a customer: `POST /customers/{{id}}/{{verb}}`. Each customer has \
         `allowed_transitions`, the verbs that are allowed now, and `may_transact`, which tells whether wallets and \
         transactions are allowed. `GET /statuses` returns these rules as data. A verb that is not allowed gets 409 \
         `invalid_transition`.\n\n\
         ![Status rules](/docs/statuses.svg)\n\n\
         | status | may transact | can be edited | allowed verbs and the status after them |\n|---|---|---|---|\n{statuses}\n\
         | verb | from | to | scope | reason |\n|---|---|---|---|---|\n{verbs}"
    )
}

fn status(status: CustomerStatus) -> String {
    let verbs = status
        .allowed_transitions()
        .map(|verb| format!("`{}` → `{}`", verb.as_str(), verb.rule().to.as_str()));
    format!(
        "| `{}` | {} | {} | {} |\n",
        status.as_str(),
        yes_or_no(status.may_transact()),
        yes_or_no(status.is_editable()),
        joined(verbs),
    )
}

fn verb(verb: Verb) -> String {
    let rule = verb.rule();
    let from = rule.from.iter().map(|from| format!("`{}`", from.as_str()));
    format!(
        "| `{}` | {} | `{}` | `{}` | {} |\n",
        verb.as_str(),
        joined(from),
        rule.to.as_str(),
        rule.scope.as_str(),
        if rule.reason_required {
            "required"
        } else {
            "optional"
        },
    )
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() {
        return "none".to_owned();
    }
    parts.join(", ")
}

const fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}
