//! Moves what many operations repeat into the components of the document.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::schema::{Components, ObjectBuilder, Type};
use utoipa::openapi::{OpenApi, Ref, RefOr, Response};

use super::walk;

const REQUEST_ID: &str = "X-Request-Id";
const PROBLEM_TYPE: &str = "application/problem+json";

/// Adds `X-Request-Id` to every response, and replaces responses that are problems by references.
pub(super) fn refer(document: &mut OpenApi) {
    let mut components = document.components.take().unwrap_or_default();
    components
        .headers
        .insert(REQUEST_ID.into(), request_id().into());
    for operation in walk::operations(document) {
        // The operations of a document need a key unless they say otherwise.
        operation.security.get_or_insert_default();
        for response in operation.responses.responses.values_mut() {
            share(response, &mut components);
        }
    }
    document.components = Some(components);
}

fn share(response: &mut RefOr<Response>, components: &mut Components) {
    let RefOr::T(documented) = response else {
        return;
    };
    let header = Ref::new(format!("#/components/headers/{REQUEST_ID}"));
    documented
        .headers
        .insert(REQUEST_ID.into(), RefOr::Ref(header));
    if let Some(name) = name(documented) {
        let reference = Ref::new(format!("#/components/responses/{name}"));
        components
            .responses
            .entry(name)
            .or_insert_with(|| documented.clone().into());
        *response = RefOr::Ref(reference);
    }
}

/// The name of a response that is one of some problems: their codes, which name its examples.
fn name(response: &Response) -> Option<String> {
    let RefOr::T(content) = response.content.get(PROBLEM_TYPE)? else {
        return None;
    };
    let codes: Vec<&str> = content.examples.keys().map(String::as_str).collect();
    (!codes.is_empty()).then(|| codes.join("_or_"))
}

fn request_id() -> utoipa::openapi::Header {
    HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .description(Some(
            "Id of the request: the client's own `X-Request-Id` if it sent one of at most 128 visible ASCII characters, and a new one otherwise.",
        ))
        .build()
}
