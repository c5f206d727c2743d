//! Checks that `docs/statuses.md` matches the status rules, from which it is generated.

use std::fs;

use customers_domain::{CustomerStatus, CustomerType, KycPolicy, TRANSITIONS, Verb};

use crate::{HOW_TO_RENEW, at, read, renewing};

const PATH: &str = "docs/statuses.md";

#[test]
fn the_page_on_statuses_matches_the_rules() {
    let page = page();
    if renewing() {
        fs::write(at(PATH), &page).unwrap();
    }
    assert!(
        read(PATH) == page,
        "{PATH} is out of date. Regenerate it:\n    {HOW_TO_RENEW}"
    );
}

fn page() -> String {
    let (diagram, statuses, verbs) = (diagram(), statuses(), verbs());
    format!(
        "# Statuses

<!-- Generated from crates/domain/src/status.rs. Do not edit; regenerate by:
     {HOW_TO_RENEW} -->

Where a customer stands in its life, and what moves it on. `GET /statuses` answers with the same rules as data, and
each customer with what applies to it now, as `may_transact` and `allowed_transitions`.

A new customer starts in `{verified}` if its type is verified, and otherwise in `{unverified}`. The KYC policy selects the
types that are verified.

```mermaid
{diagram}```

## Statuses

| status | may transact | may be edited | allowed verbs |
|---|---|---|---|
{statuses}
## Verbs

`POST /customers/{{id}}/{{verb}}` applies a verb. The request needs the customer's `ETag` in `If-Match`. From a status that
is not in its row, a verb is refused with 409.

| verb | from | to | scope | reason |
|---|---|---|---|---|
{verbs}",
        verified = first_status(CustomerType::ALL).as_str(),
        unverified = first_status(&[]).as_str(),
    )
}

fn first_status(verified: &[CustomerType]) -> CustomerStatus {
    KycPolicy::verifying(verified).first_status(CustomerType::Individual)
}

fn diagram() -> String {
    let starts = [
        (first_status(CustomerType::ALL), "type is verified"),
        (first_status(&[]), "type is not verified"),
    ];
    let starts = starts.map(|(first, when)| arrow("[*]", first.as_str(), Some(when)));
    let moves = TRANSITIONS.iter().flat_map(|rule| {
        rule.from
            .iter()
            .map(|from| arrow(from.as_str(), rule.to.as_str(), Some(rule.verb.as_str())))
    });
    let ends = CustomerStatus::ALL
        .iter()
        .filter(|status| status.allowed_transitions().next().is_none())
        .map(|status| arrow(status.as_str(), "[*]", None));
    let arrows: String = starts.into_iter().chain(moves).chain(ends).collect();
    format!("stateDiagram-v2\n{arrows}")
}

fn arrow(from: &str, to: &str, label: Option<&str>) -> String {
    let label = label.map(|label| format!(": {label}")).unwrap_or_default();
    format!("    {from} --> {to}{label}\n")
}

fn statuses() -> String {
    let row = |status: CustomerStatus| {
        format!(
            "| `{}` | {} | {} | {} |\n",
            status.as_str(),
            yes_or_no(status.may_transact()),
            yes_or_no(status.is_editable()),
            code_spans(status.allowed_transitions().map(Verb::as_str)),
        )
    };
    CustomerStatus::ALL.iter().copied().map(row).collect()
}

fn verbs() -> String {
    let row = |verb: Verb| {
        let rule = verb.rule();
        format!(
            "| `{}` | {} | `{}` | `{}` | {} |\n",
            verb.as_str(),
            code_spans(rule.from.iter().map(|from| from.as_str())),
            rule.to.as_str(),
            rule.scope.as_str(),
            if rule.reason_required {
                "required"
            } else {
                "optional"
            },
        )
    };
    Verb::ALL.iter().copied().map(row).collect()
}

const fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

fn code_spans<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let spans: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if spans.is_empty() {
        return "none".to_owned();
    }
    spans.join(", ")
}
