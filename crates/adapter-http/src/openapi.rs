//! The OpenAPI 3.1 document, made from the routes, the request and response types and the table of
//! problems.

mod decisions;
mod problems;

use axum::routing::{get, post};
use customers_domain::Verb;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, RefOr,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use problems::{
    CreateProblems, DecideProblems, ListProblems, PageProblems, ProblemPageProblems, ReadProblems,
    ReadinessProblems, UpdateProblems,
};

use crate::api::ApiState;
use crate::customers::{create, decide, get as read, history, list, statuses, update};
use crate::pages::{document, health, problems as problem_pages, try_it};
use crate::problem::ProblemCode;

/// Every route, with what the document says of it.
pub(crate) fn routes() -> OpenApiRouter<ApiState> {
    let router = OpenApiRouter::with_openapi(frame())
        .routes(routes!(create::create_customer, list::list_customers))
        .routes(routes!(read::get_customer, update::update_customer))
        .routes(routes!(history::customer_history))
        .routes(routes!(statuses::statuses))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(document::openapi_json))
        .routes(routes!(try_it::docs))
        .routes(routes!(problem_pages::problem_page))
        .route("/docs/{file}", get(try_it::docs_file));
    Verb::ALL.into_iter().fold(router, |router, verb| {
        router.route(&decide::route(verb), post(decide::decide))
    })
}

/// The OpenAPI document as JSON.
pub fn document() -> String {
    let mut document = routes().into_openapi();
    decisions::describe(&mut document);
    name_requests(&mut document);
    document.to_pretty_json().unwrap_or_default()
}

/// Everything in the document that no route says.
fn frame() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Customers")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "The customer core: individuals and businesses, on whom wallets, payment methods and \
             transactions hang. Errors are application/problem+json (RFC 9457) and never repeat what \
             was sent.",
        ))
        .license(Some(
            LicenseBuilder::new()
                .name("Apache-2.0 OR MIT")
                .identifier(Some("Apache-2.0 OR MIT"))
                .build(),
        ))
        .build();
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

/// Every answer names its request.
fn name_requests(document: &mut OpenApi) {
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

#[cfg(test)]
mod tests;
