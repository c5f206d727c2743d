//! Checks that the files, names and excerpts in `docs/extending.md` exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::{at, read};

const PATH: &str = "docs/extending.md";

/// Languages of code blocks that are not excerpts.
const UNCHECKED_LANGUAGES: &[&str] = &["sh"];

/// A fenced code block: its language, its source file, and its lines.
struct Block {
    language: String,
    source: Option<String>,
    lines: Vec<String>,
}

#[test]
fn every_path_in_the_guide_exists() {
    let (prose, _) = guide();
    let spans = code_spans(&prose)
        .filter(|span| is_path(span))
        .map(str::to_owned);
    let links = links(&prose).map(|target| format!("docs/{target}"));
    let paths: BTreeSet<String> = spans.chain(links).collect();
    assert!(paths.len() > 20, "too few paths found: {paths:?}");
    let missing: Vec<&String> = paths.iter().filter(|path| !at(path).exists()).collect();
    assert!(missing.is_empty(), "files do not exist: {missing:?}");
}

#[test]
fn every_name_in_the_guide_exists_in_the_code() {
    let (prose, _) = guide();
    let names: BTreeSet<&str> = code_spans(&prose).filter_map(item).collect();
    assert!(names.len() > 20, "too few names found: {names:?}");
    let code = ["crates", "examples", "migrations", "tests"].map(|folder| text(&at(folder)));
    let unknown: Vec<&&str> = names
        .iter()
        .filter(|name| !code.iter().any(|text| text.contains(**name)))
        .collect();
    assert!(
        unknown.is_empty(),
        "names do not exist in the code: {unknown:?}"
    );
}

/// Compares the lines without their indentation.
#[test]
fn every_excerpt_in_the_guide_is_in_its_file() {
    let (_, blocks) = guide();
    let mut excerpts = 0;
    for block in &blocks {
        let excerpt = block.lines.join("\n");
        let Some(source) = &block.source else {
            let unchecked = UNCHECKED_LANGUAGES.contains(&block.language.as_str());
            assert!(unchecked, "the excerpt names no source file:\n{excerpt}");
            continue;
        };
        excerpts += 1;
        assert!(
            contains_block(&read(source), block),
            "not in {source}:\n{excerpt}"
        );
    }
    assert!(excerpts > 5, "too few excerpts found");
}

/// Returns the prose and the code blocks of the guide.
fn guide() -> (String, Vec<Block>) {
    let (mut prose, mut blocks) = (String::new(), Vec::new());
    for (position, part) in read(PATH).split("```").enumerate() {
        if position.is_multiple_of(2) {
            prose.push_str(part);
            continue;
        }
        let (info, body) = part.split_once('\n').unwrap();
        let (language, source) = match info.split_once(' ') {
            Some((language, source)) => (language, Some(source.to_owned())),
            None => (info, None),
        };
        blocks.push(Block {
            language: language.to_owned(),
            source,
            lines: body.trim_end().lines().map(str::to_owned).collect(),
        });
    }
    (prose, blocks)
}

fn code_spans(prose: &str) -> impl Iterator<Item = &str> {
    prose.split('`').skip(1).step_by(2)
}

fn links(prose: &str) -> impl Iterator<Item = &str> {
    let targets = prose.split("](").skip(1);
    targets.filter_map(|rest| rest.split([')', '#']).next())
}

/// Returns whether a code span is a path from the root. Routes begin with a slash, and commands contain a space.
fn is_path(span: &str) -> bool {
    const ENDINGS: &[&str] = &["rs", "sql", "md", "toml"];
    let extension = Path::new(span).extension();
    let has_known_extension =
        extension.is_some_and(|it| ENDINGS.iter().any(|ending| it == *ending));
    let is_inside = span.contains('/') && !span.starts_with('/');
    !span.contains(char::is_whitespace) && (is_inside || has_known_extension)
}

/// Returns the name of the item in a code span, if it contains one.
fn item(span: &str) -> Option<&str> {
    let name = span.rsplit("::").next()?;
    let name = name.trim_end_matches("()").trim_end_matches('!');
    let is_name = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then_some(name)
}

/// Returns the text of all sources in a folder.
fn text(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text.push_str(&self::text(&path));
        } else if path.extension().is_some_and(|it| it == "rs" || it == "sql") {
            text.push_str(&fs::read_to_string(path).unwrap());
        }
    }
    text
}

fn contains_block(file: &str, block: &Block) -> bool {
    let lines: Vec<&str> = file.lines().map(str::trim_start).collect();
    let excerpt: Vec<&str> = block.lines.iter().map(|line| line.trim_start()).collect();
    lines
        .windows(excerpt.len())
        .any(|place| place == excerpt.as_slice())
}
