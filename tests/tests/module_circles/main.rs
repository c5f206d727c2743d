//! Within a crate, modules use each other in one direction.
//!
//! A module uses another when it names a path into it. A re-export is not a use: a path through one counts as a path to
//! the module that it leads to. Tests do not count.

#![expect(
    clippy::unwrap_used,
    reason = "all of this is test code, where a panic is a failed test"
)]

mod circles;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use circles::Sources;

/// Modules that may use each other, each circle with its reason: crate, modules, reason.
const ALLOWED: &[(&str, &[&str], &str)] = &[
    (
        "adapter-memory",
        &["", "api_keys", "customers"],
        "the store is made of its parts, and each part implements its port for the store",
    ),
    (
        "http-kit",
        &["server::slot", "server::slots"],
        "a connection's slot gives itself back to the table of slots",
    ),
    (
        "adapter-postgres",
        &["pool", "pool::lease", "pool::queue"],
        "a lease returns its connection to the pool, and the pool's queue hands connections to leases",
    ),
    (
        "test-support",
        &[
            "postgres",
            "postgres::docker",
            "postgres::local",
            "postgres::provider",
        ],
        "a server is found by the first provider that has one, and each makes such a server",
    ),
];

fn crates() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let mut crates: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("Cargo.toml").is_file())
        .collect();
    crates.sort();
    crates
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

#[test]
fn no_modules_use_each_other_in_a_circle() {
    let mut found = Vec::new();
    for path in crates() {
        for circle in Sources::read(&path.join("src")).circles() {
            found.push((name(&path), circle));
        }
    }
    let unexpected: Vec<String> = found
        .iter()
        .filter(|(member, circle)| !is_allowed(member, circle))
        .map(|(member, circle)| {
            let modules: Vec<&str> = circle.iter().map(String::as_str).collect();
            format!("{member}: {}", modules.join(" ⇄ "))
        })
        .collect();
    assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
    for (member, modules, _) in ALLOWED {
        let known = found.iter().any(|(crate_name, circle)| {
            crate_name == member
                && circle
                    .iter()
                    .map(String::as_str)
                    .eq(modules.iter().copied())
        });
        assert!(known, "{member}: {modules:?} is a circle no more");
    }
}

fn is_allowed(member: &str, circle: &BTreeSet<String>) -> bool {
    ALLOWED.iter().any(|(crate_name, modules, _)| {
        *crate_name == member
            && circle
                .iter()
                .map(String::as_str)
                .eq(modules.iter().copied())
    })
}

#[test]
fn http_kit_knows_no_customer() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/http-kit/src");
    let named = Sources::read(&path).identifiers_with("customer");
    let named: Vec<&String> = named
        .iter()
        // The names of crates that are not specific to customers.
        .filter(|name| !name.starts_with("customers_"))
        .collect();
    assert!(named.is_empty(), "{named:?}");
}

#[test]
fn a_circle_is_found_and_a_re_export_is_not_a_use() {
    let sources = Sources::of(&[
        ("", "mod a; mod b; mod c; mod d;"),
        ("a", "use crate::b::{One, Two}; fn f() { crate::c::g() }"),
        ("b", "mod inner; pub use inner::One; pub struct Two;"),
        ("b::inner", "use super::Two; pub struct One;"),
        ("c", "use crate::d::*; pub fn g() {}"),
        (
            "d",
            "fn h() { super::a::f() } #[cfg(test)] mod tests { use crate::b; }",
        ),
    ]);
    let circles = sources.circles();
    let expected = ["a", "c", "d"].map(str::to_owned).into();
    assert_eq!(circles, [expected]);
}
