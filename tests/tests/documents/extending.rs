//! `docs/extending.md` names files and items that exist, and its code stands in them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::{at, read};

const PATH: &str = "docs/extending.md";

/// Blocks in these languages are no excerpts.
const FREE_LANGUAGES: &[&str] = &["sh"];

/// A fenced block: its language, the file that it is from, and its lines.
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
    assert!(paths.len() > 20, "the paths were not found: {paths:?}");
    let missing: Vec<&String> = paths.iter().filter(|path| !at(path).exists()).collect();
    assert!(missing.is_empty(), "no such file: {missing:?}");
}

#[test]
fn every_name_in_the_guide_is_one_of_the_code() {
    let (prose, _) = guide();
    let names: BTreeSet<&str> = code_spans(&prose).filter_map(item).collect();
    assert!(names.len() > 20, "the names were not found: {names:?}");
    let code = ["crates", "examples", "migrations", "tests"].map(|folder| text(&at(folder)));
    let unknown: Vec<&&str> = names
        .iter()
        .filter(|name| !code.iter().any(|text| text.contains(**name)))
        .collect();
    assert!(unknown.is_empty(), "nothing has this name: {unknown:?}");
}

/// Word for word; how far it is indented there does not matter.
#[test]
fn every_excerpt_in_the_guide_stands_in_its_file() {
    let (_, blocks) = guide();
    let mut excerpts = 0;
    for block in &blocks {
        let begin = block.lines.join("\n");
        let Some(source) = &block.source else {
            let free = FREE_LANGUAGES.contains(&block.language.as_str());
            assert!(free, "an excerpt must say what file it is from:\n{begin}");
            continue;
        };
        excerpts += 1;
        assert!(stands_in(&read(source), block), "not in {source}:\n{begin}");
    }
    assert!(excerpts > 5, "the excerpts were not found");
}

/// The guide, cut into what is prose and what stands in fences.
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

/// Whether a code span is a path from the root: routes begin with a slash, commands hold a space.
fn is_path(span: &str) -> bool {
    const ENDINGS: &[&str] = &["rs", "sql", "md", "toml"];
    let extension = Path::new(span).extension();
    let ends_like_a_file = extension.is_some_and(|it| ENDINGS.iter().any(|ending| it == *ending));
    let is_inside = span.contains('/') && !span.starts_with('/');
    !span.contains(char::is_whitespace) && (is_inside || ends_like_a_file)
}

/// The name of the item that a code span means, if it means one.
fn item(span: &str) -> Option<&str> {
    let name = span.rsplit("::").next()?;
    let name = name.trim_end_matches("()").trim_end_matches('!');
    let is_name = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then_some(name)
}

/// All that is written in the sources of that folder.
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

fn stands_in(file: &str, block: &Block) -> bool {
    let lines: Vec<&str> = file.lines().map(str::trim_start).collect();
    let excerpt: Vec<&str> = block.lines.iter().map(|line| line.trim_start()).collect();
    lines
        .windows(excerpt.len())
        .any(|place| place == excerpt.as_slice())
}
