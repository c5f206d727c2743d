//! Detects names that two modules declare.

use std::collections::HashMap;

use thiserror::Error;
use utoipa::openapi::path::PathItem;

use crate::contract::Contract;

/// Two modules declare the same name, so they cannot be served together.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "the modules `{first}` and `{second}` both declare the {what} `{name}`; rename one of them"
)]
pub struct DuplicateDeclaration {
    /// What is declared twice: a scope, a problem, a field code, a picture or a route.
    pub what: &'static str,
    /// Its name.
    pub name: String,
    /// The module that declares it first.
    pub first: &'static str,
    /// The module that declares it again.
    pub second: &'static str,
}

/// Checks that no name is declared twice, by one module or by two.
pub(crate) fn check(contracts: &[Contract]) -> Result<(), DuplicateDeclaration> {
    let mut seen: HashMap<(&'static str, String), &'static str> = HashMap::new();
    for contract in contracts {
        for (what, name) in declared(contract) {
            let key = (what, name);
            if let Some(&first) = seen.get(&key) {
                let (what, name) = key;
                return Err(DuplicateDeclaration {
                    what,
                    name,
                    first,
                    second: contract.module,
                });
            }
            seen.insert(key, contract.module);
        }
    }
    Ok(())
}

fn declared(contract: &Contract) -> impl Iterator<Item = (&'static str, String)> {
    let scopes = contract.scopes.iter();
    let scopes = scopes.map(|definition| ("scope", definition.scope.to_string()));
    let problems = contract.problems.iter();
    let problems = problems.map(|kind| ("problem", kind.code().to_owned()));
    let codes = contract.field_codes.iter();
    let codes = codes.map(|code| ("field code", code.code().to_owned()));
    let routes = contract.openapi.paths.paths.iter();
    let routes = routes.flat_map(|(path, item)| {
        methods(item).map(move |method| ("route", format!("{method} {}", pattern(path))))
    });
    let pictures = contract.pictures.iter();
    let pictures = pictures.map(|(name, _)| ("picture", (*name).to_owned()));
    scopes
        .chain(problems)
        .chain(codes)
        .chain(pictures)
        .chain(routes)
}

fn methods(item: &PathItem) -> impl Iterator<Item = &'static str> {
    [
        ("GET", item.get.is_some()),
        ("PUT", item.put.is_some()),
        ("POST", item.post.is_some()),
        ("DELETE", item.delete.is_some()),
        ("PATCH", item.patch.is_some()),
    ]
    .into_iter()
    .filter_map(|(method, is_there)| is_there.then_some(method))
}

/// Returns the path as the router compares it: without the names of parameters.
fn pattern(path: &str) -> String {
    let segments = path.split('/').map(|segment| match segment {
        parameter if parameter.starts_with('{') => "{}",
        fixed => fixed,
    });
    segments.collect::<Vec<_>>().join("/")
}
