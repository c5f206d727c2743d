//! The routes of every service, which need no key: health, the OpenAPI document, the page to try the API, and the pages
//! on problems.

mod document;
mod health;
mod html;
mod problem_sets;
mod problems;
mod try_it;

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
        .routes(routes!(try_it::docs))
        .routes(routes!(problems::problem_page))
        .route("/docs/{file}", get(try_it::docs_file));
    Module::new("http-kit", routes)
        .problems(common::ALL)
        .field_codes(shape_codes())
        .field_codes([INVALID.clone()])
}
