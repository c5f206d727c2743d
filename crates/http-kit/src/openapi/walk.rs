//! Visits the parts of a document.

use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, Schema};
use utoipa::openapi::{OpenApi, Ref, RefOr, Response};

/// Returns every operation of the document.
pub(super) fn operations(document: &mut OpenApi) -> impl Iterator<Item = &mut Operation> {
    document.paths.paths.values_mut().flat_map(of_path)
}

fn of_path(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut path.get,
        &mut path.put,
        &mut path.post,
        &mut path.delete,
        &mut path.patch,
    ]
    .into_iter()
    .filter_map(Option::as_mut)
}

/// Calls `visit` with every reference to a schema.
pub(super) fn references(document: &mut OpenApi, visit: &mut dyn FnMut(&mut Ref)) {
    for operation in operations(document) {
        for parameter in operation.parameters.iter_mut().flatten() {
            if let RefOr::T(parameter) = parameter {
                in_optional(parameter.schema.as_mut(), visit);
            }
        }
        if let Some(RefOr::T(body)) = &mut operation.request_body {
            for content in body.content.values_mut() {
                if let RefOr::T(content) = content {
                    in_optional(content.schema.as_mut(), visit);
                }
            }
        }
        for response in operation.responses.responses.values_mut() {
            if let RefOr::T(response) = response {
                in_response(response, visit);
            }
        }
    }
    if let Some(components) = &mut document.components {
        components
            .schemas
            .values_mut()
            .for_each(|schema| in_schema(schema, visit));
    }
}

fn in_response(response: &mut Response, visit: &mut dyn FnMut(&mut Ref)) {
    for content in response.content.values_mut() {
        if let RefOr::T(content) = content {
            in_optional(content.schema.as_mut(), visit);
        }
    }
}

fn in_optional(schema: Option<&mut RefOr<Schema>>, visit: &mut dyn FnMut(&mut Ref)) {
    if let Some(schema) = schema {
        in_schema(schema, visit);
    }
}

fn in_schema(schema: &mut RefOr<Schema>, visit: &mut dyn FnMut(&mut Ref)) {
    let schema = match schema {
        RefOr::Ref(reference) => return visit(reference),
        RefOr::T(schema) => schema,
    };
    match schema {
        Schema::Object(object) => {
            object
                .properties
                .values_mut()
                .for_each(|property| in_schema(property, visit));
            if let Some(additional) = &mut object.additional_properties
                && let AdditionalProperties::RefOr(schema) = &mut **additional
            {
                in_schema(schema, visit);
            }
        }
        Schema::Array(array) => {
            if let ArrayItems::RefOrSchema(item) = &mut array.items {
                in_schema(item, visit);
            }
        }
        Schema::OneOf(parts) => parts
            .items
            .iter_mut()
            .for_each(|part| in_schema(part, visit)),
        Schema::AllOf(parts) => parts
            .items
            .iter_mut()
            .for_each(|part| in_schema(part, visit)),
        Schema::AnyOf(parts) => parts
            .items
            .iter_mut()
            .for_each(|part| in_schema(part, visit)),
        _ => {}
    }
}
