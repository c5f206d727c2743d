//! The crates see each other as `docs/architecture.md` says, and in no other way.
//!
//! Dev-dependencies are free: a test may bring any crates together.

#![expect(
    clippy::unwrap_used,
    reason = "all of this is test code, where a panic is a failed test"
)]

use std::fs;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};
use toml_edit::{DocumentMut, Item, TableLike};

/// Which members each member may name. A new member must be entered here.
const MAY_SEE: &[(&str, &[&str])] = &[
    ("customers-domain", &[]),
    ("customers-ports", &["customers-domain"]),
    (
        "customers-use-cases",
        &["customers-domain", "customers-ports"],
    ),
    (
        "customers-adapter-http",
        &[
            "customers-domain",
            "customers-http-kit",
            "customers-ports",
            "customers-use-cases",
        ],
    ),
    (
        "customers-http-kit",
        &[
            "customers-domain",
            "customers-metrics",
            "customers-ports",
            "customers-use-cases",
        ],
    ),
    (
        "customers-adapter-postgres",
        &["customers-domain", "customers-ports"],
    ),
    (
        "customers-adapter-memory",
        &["customers-domain", "customers-ports"],
    ),
    ("customers-adapter-key-file", &["customers-ports"]),
    (
        "customers-metrics",
        &["customers-domain", "customers-ports"],
    ),
    (
        "customers",
        &[
            "customers-adapter-http",
            "customers-adapter-key-file",
            "customers-adapter-memory",
            "customers-adapter-postgres",
            "customers-domain",
            "customers-http-kit",
            "customers-metrics",
            "customers-ports",
            "customers-use-cases",
        ],
    ),
    (
        "customers-test-support",
        &["customers-domain", "customers-ports"],
    ),
    (
        "customers-examples",
        &["customers-domain", "customers-ports"],
    ),
];

/// Members that are tests or benchmarks through and through.
const FREE: &[&str] = &["customers-tests", "customers-benches"];

/// The members that hold the rules.
const CORE: &[&str] = &["customers-domain", "customers-ports", "customers-use-cases"];

/// What would tie the rules to a technology.
const TECHNOLOGIES: &[&str] = &[
    "axum",
    "http",
    "hyper",
    "metrics",
    "opentelemetry",
    "opentelemetry_sdk",
    "reqwest",
    "serde",
    "serde_json",
    "sqlx",
    "tokio",
    "tracing-opentelemetry",
    "utoipa",
];

/// The one member that turns spans into OpenTelemetry's; to all others they are those of `tracing`.
const SENDS_TRACES: &str = "customers";

/// What the domain in particular does without: waiting, and chance.
const FOREIGN_TO_THE_DOMAIN: &[&str] = &["async-trait", "getrandom", "rand", "tracing"];

#[test]
fn members_see_each_other_only_as_the_map_says() {
    let metadata = metadata();
    let members: Vec<&str> = metadata
        .workspace_packages()
        .iter()
        .map(|member| member.name.as_str())
        .collect();
    let mut offences = Vec::new();
    for member in constrained(&metadata) {
        let Some((_, allowed)) = MAY_SEE
            .iter()
            .find(|(name, _)| *name == member.name.as_str())
        else {
            offences.push(format!("{} is not on the map", member.name));
            continue;
        };
        for seen in named_by(member) {
            if members.contains(&seen) && !allowed.contains(&seen) {
                offences.push(format!("{} names {seen}", member.name));
            }
        }
    }
    assert_none(&offences);
}

#[test]
fn the_map_has_no_member_that_is_gone() {
    let metadata = metadata();
    let members = metadata.workspace_packages();
    let gone: Vec<String> = MAY_SEE
        .iter()
        .map(|(name, _)| name)
        .chain(FREE)
        .filter(|name| !members.iter().any(|member| member.name.as_str() == **name))
        .map(ToString::to_string)
        .collect();
    assert_none(&gone);
}

#[test]
fn the_core_names_no_technology() {
    let metadata = metadata();
    let mut offences = Vec::new();
    for member in constrained(&metadata) {
        let name = member.name.as_str();
        for seen in named_by(member) {
            let foreign = CORE.contains(&name) && TECHNOLOGIES.contains(&seen)
                || name == "customers-domain" && FOREIGN_TO_THE_DOMAIN.contains(&seen);
            if foreign {
                offences.push(format!("{name} names {seen}"));
            }
        }
    }
    assert_none(&offences);
}

#[test]
fn the_program_alone_names_opentelemetry() {
    let metadata = metadata();
    let naming: Vec<&str> = constrained(&metadata)
        .filter(|member| named_by(member).any(|seen| seen.contains("opentelemetry")))
        .map(|member| member.name.as_str())
        .collect();
    assert_eq!(naming, [SENDS_TRACES]);
}

#[test]
fn every_member_takes_the_lints_of_the_workspace() {
    let offences: Vec<String> = manifests()
        .into_iter()
        .filter(|(_, manifest)| !inherits(manifest.get("lints")))
        .map(|(path, _)| format!("{path} has lints of its own, or none"))
        .collect();
    assert_none(&offences);
}

#[test]
fn every_dependency_is_declared_once_for_the_workspace() {
    let mut offences = Vec::new();
    for (path, manifest) in manifests() {
        for (name, dependency) in dependencies(manifest.as_table()) {
            if !inherits(Some(dependency)) {
                offences.push(format!("{path} says what {name} is"));
            }
        }
    }
    assert_none(&offences);
}

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .no_deps()
        .other_options(["--locked".to_owned()])
        .exec()
        .unwrap()
}

/// The members whose dependencies are bound by the map.
fn constrained(metadata: &Metadata) -> impl Iterator<Item = &Package> {
    metadata
        .workspace_packages()
        .into_iter()
        .filter(|member| !FREE.contains(&member.name.as_str()))
}

/// What ends up in the member's own build: its dependencies, optional ones too, but not those of its
/// tests.
fn named_by(member: &Package) -> impl Iterator<Item = &str> {
    member
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind != DependencyKind::Development)
        .map(|dependency| dependency.name.as_str())
}

/// Every member's manifest, with its path.
fn manifests() -> Vec<(String, DocumentMut)> {
    metadata()
        .workspace_packages()
        .into_iter()
        .map(|member| {
            let path = &member.manifest_path;
            let text = fs::read_to_string(path).unwrap();
            (path.to_string(), text.parse().unwrap())
        })
        .collect()
}

/// All entries of the dependency tables below, those for one target alone too.
fn dependencies(table: &dyn TableLike) -> Vec<(&str, &Item)> {
    let mut found = Vec::new();
    for (name, item) in table.iter() {
        let Some(inner) = item.as_table_like() else {
            continue;
        };
        match name {
            "dependencies" | "dev-dependencies" | "build-dependencies" => {
                found.extend(inner.iter());
            }
            "target" => {
                let targets = inner
                    .iter()
                    .filter_map(|(_, target)| target.as_table_like());
                found.extend(targets.flat_map(dependencies));
            }
            _ => {}
        }
    }
    found
}

fn inherits(item: Option<&Item>) -> bool {
    item.and_then(|item| item.get("workspace"))
        .and_then(Item::as_bool)
        == Some(true)
}

fn assert_none(offences: &[String]) {
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}
