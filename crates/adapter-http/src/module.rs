//! Customers as a module of a service.

use axum::routing::post;
use customers_domain::{Fault, Verb};
use customers_http_kit::ServiceInfo;
use customers_http_kit::field_code::FieldCode;
use customers_http_kit::module::{BoundModule, Module};
use customers_use_cases::CustomerService;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::customers::{
    create, decide, erase, get, history, list, problems, scopes, statuses, update,
};
use crate::decisions;
use crate::guide;
use crate::state::CustomersState;
use crate::status_picture;

/// How the service of customers alone introduces itself.
pub const SERVICE_INFO: ServiceInfo = ServiceInfo {
    title: "Customers",
    version: env!("CARGO_PKG_VERSION"),
    description: "Creates, verifies and manages customers, individuals and businesses. Wallets, payment methods and \
                  transactions refer to them. Requests and responses are JSON over HTTP.",
    license: "Apache-2.0 OR MIT",
    license_url: "https://www.apache.org/licenses/LICENSE-2.0",
    realm: "customers",
};

/// The code of [`Fault::TooLong`], whose messages name the maximum of their field.
const TOO_LONG: FieldCode = FieldCode::new(
    "too_long",
    "must have at most as many characters as the documentation of the field allows",
);

/// The routes of customers, and what they declare.
pub fn module() -> Module<CustomersState> {
    Module::new("customers", routes())
        .tag(
            "customers",
            "Customers, their verification and their history.",
        )
        .quick_start(guide::QUICK_START)
        .guide(guide::status_rules())
        .picture("statuses.svg", status_picture::svg())
        .scopes(scopes::ALL)
        .problems(problems::ALL)
        .field_codes([TOO_LONG])
        .field_codes(Fault::WITH_ONE_TEXT.map(|fault| FieldCode::of(&fault)))
}

/// The routes of customers over their use cases.
pub fn serving(customers: CustomerService) -> BoundModule {
    module().with_state(|http| CustomersState {
        http: http.clone(),
        customers,
    })
}

fn routes() -> OpenApiRouter<CustomersState> {
    let router = OpenApiRouter::new()
        .routes(routes!(create::create_customer, list::list_customers))
        .routes(routes!(get::get_customer, update::update_customer))
        .routes(routes!(erase::erase_customer))
        .routes(routes!(history::customer_history))
        .routes(routes!(statuses::statuses));
    let mut router = Verb::ALL.iter().fold(router, |router, &verb| {
        router.route(&decide::route(verb), post(decide::decide))
    });
    decisions::describe(router.get_openapi_mut());
    router
}

#[cfg(test)]
mod tests;
