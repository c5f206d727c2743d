//! The OpenAPI 3.1 document, made from the routes of the modules and from what they declare.

mod problems;

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, RefOr,
};
use utoipa::{PartialSchema as _, ToSchema as _};

use crate::field_code::FieldCode;
use crate::problem::{FieldError, ProblemKind};
use crate::service_info::ServiceInfo;

pub use problems::problem_responses;

/// What a document is made from.
pub(crate) struct Parts<'a> {
    pub(crate) info: &'a ServiceInfo,
    pub(crate) modules: Vec<&'a OpenApi>,
    pub(crate) scopes: Vec<(&'static str, &'static str)>,
    pub(crate) problems: &'a [&'static ProblemKind],
    pub(crate) field_codes: &'a [FieldCode],
}

/// Returns the document as JSON.
pub(crate) fn document(parts: &Parts<'_>) -> String {
    let mut document = frame(parts);
    for module in &parts.modules {
        document.merge((*module).clone());
    }
    name_requests(&mut document);
    document.to_pretty_json().unwrap_or_default()
}

/// Everything in the document that no route says.
fn frame(parts: &Parts<'_>) -> OpenApi {
    let license = parts.info.license;
    let info = InfoBuilder::new()
        .title(parts.info.title)
        .version(parts.info.version)
        .description(Some(parts.info.description))
        .license(Some(
            LicenseBuilder::new()
                .name(license)
                .identifier(Some(license))
                .build(),
        ))
        .build();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("ck_<id>_<secret><checksum>")
        .description(Some(format!(
            "An API key, which belongs to one tenant and has scopes.\n\n{}",
            listed(parts.scopes.iter().copied())
        )))
        .build();
    let components = parts.problems.iter().fold(
        ComponentsBuilder::new().security_scheme("api_key", SecurityScheme::Http(bearer)),
        |components, kind| components.response(kind.code(), problems::response(&[kind])),
    );
    let components = problems::schemas(components, parts.problems)
        .schema(FieldError::name(), field_error(parts.field_codes))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .components(Some(components))
        .build()
}

/// The schema of an entry of `errors`, with the meaning of every code.
fn field_error(codes: &[FieldCode]) -> RefOr<Schema> {
    let mut schema = FieldError::schema();
    let meanings = listed(codes.iter().map(|code| (code.code(), code.meaning())));
    if let RefOr::T(Schema::Object(object)) = &mut schema
        && let Some(RefOr::T(Schema::Object(code))) = object.properties.get_mut("code")
    {
        code.description = Some(format!("What is wrong there.\n\n{meanings}"));
    }
    schema
}

/// A list in Markdown: names and what they mean.
fn listed<'a>(entries: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let lines: Vec<String> = entries
        .map(|(name, meaning)| format!("- `{name}`: {meaning}"))
        .collect();
    lines.join("\n")
}

/// Adds the header `X-Request-Id` to every response.
fn name_requests(document: &mut OpenApi) {
    let header = HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .description(Some(
            "Names the request: the client's own id where it sent one.",
        ))
        .build();
    let operations = document.paths.paths.values_mut().flat_map(operations);
    let responses =
        operations.flat_map(|Operation { responses, .. }| responses.responses.values_mut());
    for response in responses {
        if let RefOr::T(response) = response {
            response
                .headers
                .insert("X-Request-Id".into(), header.clone().into());
        }
    }
}

fn operations(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
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
