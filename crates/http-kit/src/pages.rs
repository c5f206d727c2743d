//! The routes of every service, which need no key: health, the OpenAPI document, the API reference, and the pages about
//! problems.

mod document;
mod health;
mod html;
mod problem_sets;
mod problems;
mod reference;

use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::field_code::{INVALID, shape_codes};
use crate::module::Module;
use crate::problem::common;
use crate::state::HttpState;

/// The routes, and the problems and field codes that every module shares.
pub(crate) fn module() -> Module<HttpState> {
    let routes = OpenApiRouter::new()
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(document::openapi_json))
        .routes(routes!(reference::docs))
        .routes(routes!(problems::problem_page))
        .route("/docs/{file}", get(reference::docs_file));
    Module::new("http-kit", routes)
        .tag(
            "health",
            "Probes for orchestrators and load balancers. They need no key.",
        )
        .tag("documentation", "This documentation. It needs no key.")
        .problems(common::ALL)
        .field_codes(shape_codes())
        .field_codes([INVALID.clone()])
}
