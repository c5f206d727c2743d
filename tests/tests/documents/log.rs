//! Checks that the log lines in `docs/operations.md` match those that the program writes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use customers_tests::log_lines::{self, COMMON, Line};

use crate::at;

/// Crate with test utilities, which writes no log.
const TEST_CRATE: &str = "test-support";

#[test]
fn the_documented_log_lines_match_the_code() {
    let mut written = BTreeMap::new();
    for member in fs::read_dir(at("crates")).unwrap() {
        let folder = member.unwrap().path();
        if !folder.ends_with(TEST_CRATE) {
            scan(&folder.join("src"), &mut written);
        }
    }
    assert_eq!(log_lines::documented(), written);
}

#[test]
fn every_log_field_is_documented() {
    let lines = log_lines::documented();
    let own = lines.into_values().flat_map(|line| line.fields);
    let common = COMMON.into_iter().map(ToOwned::to_owned);
    assert_eq!(log_lines::explained_fields(), own.chain(common).collect());
}

fn scan(folder: &Path, written: &mut BTreeMap<String, Line>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            scan(&path, written);
        } else if !path.ends_with("tests.rs") {
            let source = fs::read_to_string(&path).unwrap();
            let program = source.split("#[cfg(test)]").next().unwrap();
            for level in ["INFO", "WARN", "ERROR"] {
                let call = format!("{}!(", level.to_ascii_lowercase());
                let calls = program.split(&call).skip(1);
                written.extend(calls.filter_map(|rest| line(level, rest)));
            }
        }
    }
}

/// Returns the message and the fields of a `tracing` macro call, given the text after its opening parenthesis. Returns
/// `None` for a message with placeholders, which is the error that ended the program.
fn line(level: &str, rest: &str) -> Option<(String, Line)> {
    let arguments = arguments(rest);
    let (message, fields) = arguments.split_last().unwrap();
    let message = message.trim_matches('"');
    let name = |argument: &String| {
        let name = argument.split('=').next().unwrap_or_default();
        name.trim().trim_start_matches(['%', '?']).to_owned()
    };
    let line = Line {
        level: level.to_owned(),
        fields: fields.iter().map(name).collect::<BTreeSet<_>>(),
    };
    (!message.contains('{')).then(|| (message.to_owned(), line))
}

/// Returns the arguments of a call: splits at commas outside brackets and strings, up to the closing parenthesis.
fn arguments(rest: &str) -> Vec<String> {
    let mut arguments = vec![String::new()];
    let (mut depth, mut in_string) = (0_u32, false);
    for character in rest.chars() {
        match character {
            '"' => in_string = !in_string,
            '(' | '[' | '{' if !in_string => depth += 1,
            ')' if !in_string && depth == 0 => break,
            ')' | ']' | '}' if !in_string => depth -= 1,
            ',' if !in_string && depth == 0 => {
                arguments.push(String::new());
                continue;
            }
            _ => {}
        }
        arguments.last_mut().unwrap().push(character);
    }
    let trimmed = arguments.iter().map(|argument| argument.trim().to_owned());
    trimmed.filter(|argument| !argument.is_empty()).collect()
}
