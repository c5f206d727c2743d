//! The introduction of the document: what the modules say, and what applies to every route.

use super::parts::Parts;
use super::problems::example;
use crate::problem::{ProblemKind, common};

/// Where to get the document that clients are generated from.
const CLIENTS: &str = "To generate a client, use the [OpenAPI document](/openapi.json).";

/// What applies to every route. The placeholders are filled from what the modules declare.
const SHARED: &str = include_str!("guide.md");

/// Returns the introduction as Markdown: the description, quick starts, what applies to every route, and the guides of
/// the modules.
pub(super) fn markdown(parts: &Parts<'_>) -> String {
    let shared = SHARED
        .replace("{scopes}", &table(parts.scopes.iter().map(scope)))
        .replace(
            "{problems}",
            &table(parts.problems.iter().copied().map(problem)),
        )
        .replace("{example}", &shown(&common::INVALID_FIELDS));
    let sections = [parts.info.description, CLIENTS]
        .into_iter()
        .chain(parts.quick_starts.iter().copied())
        .chain([shared.as_str()])
        .chain(parts.guides.iter().copied());
    sections.map(str::trim).collect::<Vec<_>>().join("\n\n")
}

fn scope((name, description): &(&str, &str)) -> String {
    format!("| `{name}` | {description} |")
}

fn problem(kind: &ProblemKind) -> String {
    let code = kind.code();
    format!(
        "| {} | [`{code}`](/problems/{code}) | {} |",
        kind.status().as_u16(),
        kind.title()
    )
}

fn table(rows: impl Iterator<Item = String>) -> String {
    rows.collect::<Vec<_>>().join("\n")
}

fn shown(kind: &ProblemKind) -> String {
    serde_json::to_string_pretty(&example(kind)).unwrap_or_default()
}
