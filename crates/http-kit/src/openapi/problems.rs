//! Problems in the document: from their kinds, with an example of each.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, RefBuilder, Schema, Type};
use utoipa::openapi::{ComponentsBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{PartialSchema as _, ToSchema as _};

use crate::problem::{ExtensionSchema, ProblemBody, ProblemKind};

/// Returns the responses of a route that may meet these problems, one for each status.
///
/// A handler names them in `responses(…)` by a type, which [`problem_set!`](crate::problem_set) makes.
pub fn problem_responses(kinds: &[&'static ProblemKind]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<String, Vec<&'static ProblemKind>> = BTreeMap::new();
    for kind in kinds {
        by_status
            .entry(kind.status().as_str().to_owned())
            .or_default()
            .push(kind);
    }
    by_status
        .into_iter()
        .map(|(status, kinds)| (status, response(&kinds).into()))
        .collect()
}

/// Declares the problems that a route may meet, as a type for utoipa's `responses(…)`.
///
/// ```
/// use customers_http_kit::problem::common;
///
/// customers_http_kit::problem_set! {
///     /// What reading a wallet may meet.
///     pub ReadWalletProblems: common::UNAUTHORIZED, common::NOT_FOUND
/// }
/// ```
#[macro_export]
macro_rules! problem_set {
    ($(#[$doc:meta])* $visibility:vis $name:ident: $($kind:path),+ $(,)?) => {
        $(#[$doc])*
        $visibility enum $name {}

        impl $crate::utoipa::IntoResponses for $name {
            fn responses() -> ::std::collections::BTreeMap<
                ::std::string::String,
                $crate::utoipa::openapi::RefOr<$crate::utoipa::openapi::Response>,
            > {
                $crate::openapi::problem_responses(&[$(&$kind),+])
            }
        }
    };
}

/// The schemas of problems, which no route names as its own.
pub(super) fn schemas(
    components: ComponentsBuilder,
    kinds: &[&'static ProblemKind],
) -> ComponentsBuilder {
    let mut by_member: BTreeMap<&str, Vec<ExtensionSchema>> = BTreeMap::new();
    for extension in kinds.iter().filter_map(|kind| kind.extension_schema()) {
        let described = by_member.entry(extension.member).or_default();
        let name = (extension.schema_name)();
        if described.iter().all(|known| (known.schema_name)() != name) {
            described.push(extension);
        }
    }
    let mut body = ProblemBody::schema();
    if let RefOr::T(Schema::Object(object)) = &mut body {
        for (member, extensions) in &by_member {
            object
                .properties
                .insert((*member).to_owned(), member_schema(extensions));
        }
    }
    by_member
        .into_values()
        .flatten()
        .fold(components, |components, extension| {
            let mut referenced = Vec::new();
            (extension.referenced)(&mut referenced);
            components
                .schemas_from_iter(referenced)
                .schema((extension.schema_name)(), (extension.schema)())
        })
        .schema(ProblemBody::name(), body)
}

/// A member that problems add: a reference to its schema, or to each of several.
fn member_schema(extensions: &[ExtensionSchema]) -> RefOr<Schema> {
    let reference = |extension: &ExtensionSchema| {
        RefBuilder::new()
            .ref_location_from_schema_name((extension.schema_name)())
            .description(Some(extension.description))
            .build()
    };
    match extensions {
        [one] => reference(one).into(),
        several => several
            .iter()
            .map(reference)
            .fold(OneOfBuilder::new(), OneOfBuilder::item)
            .into(),
    }
}

/// The response of one status, with an example of each of its problems.
pub(super) fn response(kinds: &[&'static ProblemKind]) -> Response {
    let titles: Vec<&str> = kinds.iter().map(|kind| kind.title()).collect();
    let examples = kinds.iter().map(|kind| {
        let example = ExampleBuilder::new()
            .summary(kind.title())
            .value(Some(example(kind)))
            .build();
        (kind.code(), example)
    });
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .examples_from_iter(examples)
        .build();
    let response = ResponseBuilder::new()
        .description(format!("{}.", titles.join(". ")))
        .content("application/problem+json", content);
    let headers = kinds.iter().filter_map(|kind| header(kind));
    headers
        .fold(response, |response, (name, description)| {
            let text = ObjectBuilder::new().schema_type(Type::String);
            let header = HeaderBuilder::new()
                .schema(Some(text))
                .description(Some(description));
            response.header(name, header.build())
        })
        .build()
}

fn header(kind: &ProblemKind) -> Option<(&'static str, &'static str)> {
    kind.documented_header().or_else(|| {
        kind.retry_after_seconds().map(|_| {
            (
                "Retry-After",
                "Seconds after which to send the request again.",
            )
        })
    })
}

/// An example of the body of a problem.
pub(crate) fn example(kind: &ProblemKind) -> Value {
    let body = json!({
        "type": format!("/problems/{}", kind.code()),
        "title": kind.title(),
        "status": kind.status().as_u16(),
        "detail": kind.detail_text(),
        "code": kind.code(),
        "request_id": "7b0f6f4e-6b0e-4c5f-9d59-0a4f7a3f2c11",
    });
    let mut added = Map::new();
    if let Some(place) = kind.field_example() {
        let error = json!({"pointer": place.pointer, "code": place.code, "message": place.message});
        added.insert("errors".into(), json!([error]));
    }
    if let Some(extension) = kind.extension_schema() {
        added.insert(extension.member.to_owned(), (extension.example)());
    }
    match body {
        Value::Object(mut members) => {
            members.extend(added);
            Value::Object(members)
        }
        other => other,
    }
}
