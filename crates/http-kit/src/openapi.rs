//! The OpenAPI 3.1 document, made from the routes of the modules and from what they declare.

mod enums;
mod envelopes;
mod guide;
mod parts;
mod problems;
mod shared;
mod walk;

use utoipa::ToSchema as _;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::server::ServerBuilder;
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Server,
};

use crate::problem::FieldError;

pub(crate) use parts::Parts;
use parts::listed;
pub(crate) use problems::example as problem_example;
pub use problems::problem_responses;

/// The security scheme of every route that needs a key, for `security((…))` of a handler.
pub const API_KEY: &str = "api_key";

/// A document as JSON without white space.
pub(crate) struct Documents {
    /// The document for generators of clients, which copy its description into each file.
    pub(crate) document: String,
    /// The same with the guide as its description, for `/docs`.
    pub(crate) reference: String,
}

/// Returns the documents.
pub(crate) fn documents(parts: &Parts<'_>) -> Documents {
    let mut document = frame(parts);
    for module in &parts.modules {
        document.merge((*module).clone());
    }
    envelopes::name(&mut document);
    shared::refer(&mut document);
    let brief = document.to_json();
    document.info.description = Some(guide::markdown(parts));
    Documents {
        document: brief.unwrap_or_default(),
        reference: document.to_json().unwrap_or_default(),
    }
}

/// Everything in the document that no route contains.
fn frame(parts: &Parts<'_>) -> OpenApi {
    let info = InfoBuilder::new()
        .title(parts.info.title)
        .version(parts.info.version)
        .description(Some(parts.info.description))
        .license(Some(
            LicenseBuilder::new()
                .name(parts.info.license)
                .url(Some(parts.info.license_url))
                .build(),
        ))
        .build();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("ck_<id>_<secret><checksum>")
        .description(Some(format!(
            "An API key. It belongs to one tenant and has scopes:\n\n{}",
            listed(parts.scopes.iter().copied())
        )))
        .build();
    let components =
        ComponentsBuilder::new().security_scheme(API_KEY, SecurityScheme::Http(bearer));
    let components = problems::schemas(components, parts.problems).schema(
        FieldError::name(),
        <FieldError as utoipa::PartialSchema>::schema(),
    );
    let components = enums::schemas(components, parts).build();
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([this_server()]))
        .components(Some(components))
        .security(Some([SecurityRequirement::new(
            API_KEY,
            Vec::<String>::new(),
        )]))
        .build()
}

/// The server that serves the document.
fn this_server() -> Server {
    ServerBuilder::new()
        .url("/")
        .description(Some("The server that this document comes from."))
        .build()
}
