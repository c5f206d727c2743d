mod access;
mod deserializer;
mod location;
mod node;

use std::cell::RefCell;

use serde::de::Deserialize;

use super::tree::Tree;
use crate::problem::FieldErrors;
use location::Location;
use node::Node;

pub(super) use node::Absent;

/// Deserializes a tree into a request type and records every shape error.
///
/// # Errors
/// All shape errors, if there are any. After each error the reader continues with an empty value, which never leaves
/// this function.
pub(super) fn read<'t, T: Deserialize<'t>>(
    tree: &'t Tree<'_>,
    absent: Absent,
) -> Result<T, FieldErrors> {
    let errors = RefCell::default();
    let request = T::deserialize(Node {
        value: Some(tree),
        location: Location::Root,
        errors: &errors,
        absent,
        is_missing: false,
    });
    let errors = errors.into_inner();
    match request {
        Ok(request) if errors.is_empty() => Ok(request),
        _ => Err(errors),
    }
}

#[cfg(test)]
mod tests;
