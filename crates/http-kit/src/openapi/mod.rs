//! The OpenAPI 3.1 document, as far as it is the same for every module.

pub mod problems;

use axum::routing::get;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, Info, OpenApi, OpenApiBuilder, RefOr};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::pages::{document, health, problems as problem_pages, try_it};
use crate::problem::ProblemCode;
use crate::state::HttpState;

/// The routes that need no API key: health, the document, the page to try the API and the pages on problems.
pub fn public_routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new()
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(document::openapi_json))
        .routes(routes!(try_it::docs))
        .routes(routes!(problem_pages::problem_page))
        .route("/docs/{file}", get(try_it::docs_file))
}

/// Everything in the document that no route says.
pub fn frame(info: Info) -> OpenApi {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("ck_<id>_<secret><checksum>")
        .description(Some(
            "An API key, which belongs to one tenant and has scopes.",
        ))
        .build();
    let components = ProblemCode::all().fold(
        ComponentsBuilder::new().security_scheme("api_key", SecurityScheme::Http(bearer)),
        |components, code| components.response(code.as_str(), problems::response(&[code])),
    );
    let components = problems::schemas(components).build();
    OpenApiBuilder::new()
        .info(info)
        .components(Some(components))
        .build()
}

/// Adds the header `X-Request-Id` to every response.
pub fn name_requests(document: &mut OpenApi) {
    let header = HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .description(Some(
            "Names the request: the caller's own id where it sent one.",
        ))
        .build();
    for path in document.paths.paths.values_mut() {
        let operations = [&mut path.get, &mut path.post, &mut path.patch];
        let operations = operations.into_iter().filter_map(Option::as_mut);
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
}
