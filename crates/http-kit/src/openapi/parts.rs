//! What the parts of a document are made from.

use utoipa::openapi::OpenApi;

use crate::field_code::FieldCode;
use crate::problem::ProblemKind;
use crate::service_info::ServiceInfo;

/// What a document is made from.
pub(crate) struct Parts<'a> {
    pub(crate) info: &'a ServiceInfo,
    pub(crate) modules: Vec<&'a OpenApi>,
    pub(crate) quick_starts: Vec<&'a str>,
    pub(crate) guides: Vec<&'a str>,
    pub(crate) scopes: Vec<(&'static str, &'static str)>,
    pub(crate) problems: &'a [&'static ProblemKind],
    pub(crate) field_codes: &'a [FieldCode],
}

/// A list in Markdown: names and their meanings.
pub(super) fn listed<'a>(entries: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let lines: Vec<String> = entries
        .map(|(name, meaning)| format!("- `{name}`: {meaning}"))
        .collect();
    lines.join("\n")
}
