//! The customers' part of the OpenAPI 3.1 document, and the whole of it.

mod decisions;

use axum::routing::post;
use customers_domain::Verb;
use customers_http_kit::openapi;
use utoipa::openapi::{Info, InfoBuilder, LicenseBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::customers::{create, decide, get as read, history, list, statuses, update};
use crate::state::CustomersState;

/// The routes of customers, with what the document says of each.
pub(crate) fn routes() -> OpenApiRouter<CustomersState> {
    let router = OpenApiRouter::with_openapi(openapi::frame(info()))
        .routes(routes!(create::create_customer, list::list_customers))
        .routes(routes!(read::get_customer, update::update_customer))
        .routes(routes!(history::customer_history))
        .routes(routes!(statuses::statuses));
    Verb::ALL.into_iter().fold(router, |router, verb| {
        router.route(&decide::route(verb), post(decide::decide))
    })
}

/// Returns the OpenAPI document as JSON.
pub fn document() -> String {
    let mut document = routes().into_openapi();
    document.merge(openapi::public_routes().into_openapi());
    decisions::describe(&mut document);
    openapi::name_requests(&mut document);
    document.to_pretty_json().unwrap_or_default()
}

fn info() -> Info {
    InfoBuilder::new()
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
        .build()
}

#[cfg(test)]
mod tests;
