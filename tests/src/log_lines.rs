//! The log lines that `docs/operations.md` documents.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

/// Fields that every line may have.
pub const COMMON: [&str; 5] = ["timestamp", "level", "message", "target", "trace_id"];

/// Level and specific fields of a log line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Level.
    pub level: String,
    /// Names of its fields.
    pub fields: BTreeSet<String>,
}

/// Returns the documented lines by message.
pub fn documented() -> BTreeMap<String, Line> {
    rows("message")
        .into_iter()
        .map(|cells| {
            let line = Line {
                level: cells[1].trim().to_owned(),
                fields: code_spans(&cells[2]),
            };
            let message = code_spans(&cells[0]).pop_first();
            (message.expect("a message"), line)
        })
        .collect()
}

/// Returns the documented fields.
pub fn explained_fields() -> BTreeSet<String> {
    let rows = rows("field");
    rows.iter()
        .flat_map(|cells| code_spans(&cells[0]))
        .collect()
}

/// Panics if the log contains a line of the program that is not documented, or an undocumented field. The line with the
/// error that ended the program is allowed.
#[track_caller]
pub fn assert_documented(log: &str) {
    let documented = documented();
    for text in log.lines() {
        let Ok(Value::Object(line)) = serde_json::from_str::<Value>(text) else {
            continue;
        };
        let text_of = |name| line.get(name).and_then(Value::as_str).unwrap_or_default();
        if !text_of("target").starts_with("customers") {
            continue;
        }
        let expected = documented.get(text_of("message")).cloned();
        let expected = expected.unwrap_or_else(|| Line {
            level: "ERROR".to_owned(),
            fields: BTreeSet::new(),
        });
        assert_eq!(
            text_of("level"),
            expected.level,
            "docs/operations.md: {text}"
        );
        let mut fields = line.keys().map(String::as_str);
        let undocumented =
            fields.find(|field| !COMMON.contains(field) && !expected.fields.contains(*field));
        assert_eq!(undocumented, None, "not in docs/operations.md: {text}");
    }
}

/// Returns the rows of the tables about the log whose first column has the given heading.
fn rows(head: &str) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operations.md");
    let page = fs::read_to_string(path).expect("the page on operations");
    let (_, section) = page.split_once("\n## Log\n").expect("a section on the log");
    let section = section.split("\n## ").next().unwrap_or_default();
    let tables = section.split("\n\n").filter(|block| {
        let cells = block.trim_start().strip_prefix("| ");
        cells.is_some_and(|cells| cells.starts_with(head))
    });
    let rows = tables.flat_map(|table| table.trim().lines().skip(2));
    rows.map(|row| {
        row.trim_matches('|')
            .split('|')
            .map(str::to_owned)
            .collect()
    })
    .collect()
}

fn code_spans(cell: &str) -> BTreeSet<String> {
    let spans = cell.split('`').skip(1).step_by(2);
    spans.map(str::to_owned).collect()
}
