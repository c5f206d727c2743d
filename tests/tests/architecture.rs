//! Checks the dependencies between the crates of the workspace, as `docs/architecture.md` describes them.
//!
//! Dev-dependencies are not restricted: a test may use any crates.

#![expect(clippy::unwrap_used, reason = "a panic fails the test")]

use std::fs;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};
use toml_edit::{DocumentMut, Item, TableLike};

/// The members that each member may depend on. A new member must be added here.
const ALLOWED: &[(&str, &[&str])] = &[
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
    ("customers-adapter-vault", &["customers-ports"]),
    (
        "customers-metrics",
        &["customers-domain", "customers-ports"],
    ),
    (
        "customers-event-feed",
        &["customers-domain", "customers-metrics", "customers-ports"],
    ),
    (
        "customers-app",
        &[
            "customers-adapter-http",
            "customers-adapter-key-file",
            "customers-adapter-memory",
            "customers-adapter-postgres",
            "customers-adapter-vault",
            "customers-domain",
            "customers-event-feed",
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
        "customers-wallets",
        &[
            "customers-adapter-memory",
            "customers-adapter-postgres",
            "customers-app",
            "customers-domain",
            "customers-http-kit",
            "customers-ports",
            "customers-use-cases",
        ],
    ),
    (
        "customers-examples",
        &["customers-domain", "customers-ports"],
    ),
];

/// Members that contain only tests or benchmarks.
const UNRESTRICTED: &[&str] = &["customers-tests", "customers-benches"];

/// Members that contain the business rules.
const CORE: &[&str] = &["customers-domain", "customers-ports", "customers-use-cases"];

/// Crates that would tie the rules to a technology.
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

/// The only member that depends on OpenTelemetry. All others use `tracing`.
const EXPORTS_TRACES: &str = "customers-app";

/// Crates for async code, randomness and tracing, which the domain must not use.
const FORBIDDEN_IN_DOMAIN: &[&str] = &["async-trait", "getrandom", "rand", "tracing"];

#[test]
fn members_depend_only_on_allowed_members() {
    let metadata = metadata();
    let members: Vec<&str> = metadata
        .workspace_packages()
        .iter()
        .map(|member| member.name.as_str())
        .collect();
    let mut violations = Vec::new();
    for member in restricted(&metadata) {
        let Some((_, allowed)) = ALLOWED
            .iter()
            .find(|(name, _)| *name == member.name.as_str())
        else {
            violations.push(format!("{} is not in ALLOWED", member.name));
            continue;
        };
        for dependency in dependencies_of(member) {
            if members.contains(&dependency) && !allowed.contains(&dependency) {
                violations.push(format!("{} depends on {dependency}", member.name));
            }
        }
    }
    assert_none(&violations);
}

#[test]
fn every_listed_member_exists() {
    let metadata = metadata();
    let members = metadata.workspace_packages();
    let missing: Vec<String> = ALLOWED
        .iter()
        .map(|(name, _)| name)
        .chain(UNRESTRICTED)
        .filter(|name| !members.iter().any(|member| member.name.as_str() == **name))
        .map(ToString::to_string)
        .collect();
    assert_none(&missing);
}

#[test]
fn the_core_depends_on_no_technology() {
    let metadata = metadata();
    let mut violations = Vec::new();
    for member in restricted(&metadata) {
        let name = member.name.as_str();
        for dependency in dependencies_of(member) {
            let forbidden = CORE.contains(&name) && TECHNOLOGIES.contains(&dependency)
                || name == "customers-domain" && FORBIDDEN_IN_DOMAIN.contains(&dependency);
            if forbidden {
                violations.push(format!("{name} depends on {dependency}"));
            }
        }
    }
    assert_none(&violations);
}

#[test]
fn only_the_program_depends_on_opentelemetry() {
    let metadata = metadata();
    let dependents: Vec<&str> = restricted(&metadata)
        .filter(|member| dependencies_of(member).any(|it| it.contains("opentelemetry")))
        .map(|member| member.name.as_str())
        .collect();
    assert_eq!(dependents, [EXPORTS_TRACES]);
}

#[test]
fn every_member_inherits_the_lints_of_the_workspace() {
    let violations: Vec<String> = manifests()
        .into_iter()
        .filter(|(_, manifest)| !inherits(manifest.get("lints")))
        .map(|(path, _)| format!("{path} does not inherit the lints of the workspace"))
        .collect();
    assert_none(&violations);
}

#[test]
fn every_dependency_is_declared_once_for_the_workspace() {
    let mut violations = Vec::new();
    for (path, manifest) in manifests() {
        for (name, dependency) in dependencies(manifest.as_table()) {
            if !inherits(Some(dependency)) {
                violations.push(format!("{path} does not inherit {name} from the workspace"));
            }
        }
    }
    assert_none(&violations);
}

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .no_deps()
        .other_options(["--locked".to_owned()])
        .exec()
        .unwrap()
}

/// Returns the members whose dependencies are restricted.
fn restricted(metadata: &Metadata) -> impl Iterator<Item = &Package> {
    metadata
        .workspace_packages()
        .into_iter()
        .filter(|member| !UNRESTRICTED.contains(&member.name.as_str()))
}

/// Returns the dependencies of a member, including optional ones and excluding dev-dependencies.
fn dependencies_of(member: &Package) -> impl Iterator<Item = &str> {
    member
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind != DependencyKind::Development)
        .map(|dependency| dependency.name.as_str())
}

/// Returns the manifest of every member with its path.
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

/// Returns all entries of the dependency tables, including target-specific ones.
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

fn assert_none(violations: &[String]) {
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}
