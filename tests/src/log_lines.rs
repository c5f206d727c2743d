//! The lines of the log, as `docs/operations.md` tells of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

/// What every line may have.
pub const COMMON: [&str; 5] = ["timestamp", "level", "message", "target", "trace_id"];

/// What one line says beside what every line does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// How loudly it is told.
    pub level: String,
    /// The names of its fields.
    pub fields: BTreeSet<String>,
}

/// Every line that the documentation tells of, by its message.
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

/// Every field whose meaning the documentation tells.
pub fn explained_fields() -> BTreeSet<String> {
    let rows = rows("field");
    rows.iter()
        .flat_map(|cells| code_spans(&cells[0]))
        .collect()
}

/// Every line of the program's own must be one that the documentation tells of, with no other fields;
/// or the one that says why it ended.
#[track_caller]
pub fn assert_documented(log: &str) {
    let documented = documented();
    for text in log.lines() {
        let Ok(Value::Object(line)) = serde_json::from_str::<Value>(text) else {
            continue;
        };
        let said = |name| line.get(name).and_then(Value::as_str).unwrap_or_default();
        if !said("target").starts_with("customers") {
            continue;
        }
        let expected = documented.get(said("message")).cloned();
        let expected = expected.unwrap_or_else(|| Line {
            level: "ERROR".to_owned(),
            fields: BTreeSet::new(),
        });
        assert_eq!(said("level"), expected.level, "docs/operations.md: {text}");
        let mut fields = line.keys().map(String::as_str);
        let stray =
            fields.find(|field| !COMMON.contains(field) && !expected.fields.contains(*field));
        assert_eq!(stray, None, "docs/operations.md does not know it: {text}");
    }
}

/// The rows of the tables on the log whose first column is headed so.
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
