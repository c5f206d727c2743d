//! Names the envelopes of responses, and refers to what is in them by name.
//!
//! The schema of `Data<T>` contains a copy of the schema of `T`, under the name `Data_T`. Generators of clients make a
//! type with an invented name from such a copy.

use std::mem;

use utoipa::openapi::schema::{ArrayItems, Components, Schema};
use utoipa::openapi::{OpenApi, Ref, RefOr};

use super::walk;

/// How the names of envelopes begin, and how the names that replace them end.
const ENVELOPES: [(&str, &str); 2] = [("Data_", "Response"), ("Listing_", "Page")];

/// Renames `Data_T` to `TResponse` and `Listing_T` to `TPage`, and replaces each copy of `T` by a reference.
pub(super) fn name(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    let composed: Vec<String> = components
        .schemas
        .keys()
        .filter(|name| split(name).is_some())
        .cloned()
        .collect();
    for name in composed {
        replace(components, &name);
    }
    walk::references(document, &mut |reference| {
        let name = reference
            .ref_location
            .rsplit('/')
            .next()
            .unwrap_or_default();
        if let Some((content, suffix)) = split(name) {
            reference.ref_location = location(&format!("{content}{suffix}"));
        }
    });
}

/// The name of the content, and the suffix of the envelope's new name.
fn split(name: &str) -> Option<(&str, &'static str)> {
    ENVELOPES
        .iter()
        .find_map(|(prefix, suffix)| Some((name.strip_prefix(prefix)?, *suffix)))
}

fn location(name: &str) -> String {
    Ref::from_schema_name(name).ref_location
}

fn replace(components: &mut Components, name: &str) {
    let Some((content, suffix)) = split(name) else {
        return;
    };
    let Some(mut envelope) = components.schemas.remove(name) else {
        return;
    };
    if let RefOr::T(Schema::Object(object)) = &mut envelope
        && let Some(data) = object.properties.get_mut("data")
        && let copy @ RefOr::T(_) = take_copy(data, content)
    {
        components.schemas.entry(content.to_owned()).or_insert(copy);
    }
    components
        .schemas
        .insert(format!("{content}{suffix}"), envelope);
}

/// Replaces the schema in `data`, or the schema of its items, by a reference, and returns it.
fn take_copy(data: &mut RefOr<Schema>, name: &str) -> RefOr<Schema> {
    let reference = || RefOr::from(Ref::from_schema_name(name));
    let mut taken = mem::replace(data, reference());
    let item = match &mut taken {
        RefOr::T(Schema::Array(array)) => match &mut array.items {
            ArrayItems::RefOrSchema(item) => Some(mem::replace(&mut **item, reference())),
            ArrayItems::False => None,
        },
        _ => None,
    };
    if let Some(item) = item {
        *data = mem::replace(&mut taken, item);
    }
    taken
}
