use axum::extract::State;
use axum::response::Response;
use http::Uri;

use super::list_query::{ListParameters, list_query};
use super::view::{CustomerView, Listing, PageMeta};
use crate::state::CustomersState;
use customers_http_kit::auth::{Authorized, CustomersRead};
use customers_http_kit::negotiation::AcceptsJson;
use customers_http_kit::problem::Problem;

/// The greatest JSON of a customer, in KiB: 16 KiB of metadata, of which each byte may have to be
/// escaped with six, and the rest.
const CUSTOMER_KIB: u32 = 128;

/// List customers
///
/// Newest first. Pages are cut by key, so the millionth costs what the first does.
#[utoipa::path(
    get,
    path = "/customers",
    tag = "customers",
    operation_id = "listCustomers",
    security(("api_key" = ["customers:read"])),
    params(ListParameters),
    responses(
        (status = 200, description = "A page of customers.", body = Listing<CustomerView>),
        customers_http_kit::openapi::problems::ListProblems,
    ),
)]
pub(crate) async fn list_customers(
    State(api): State<CustomersState>,
    Authorized { caller, .. }: Authorized<CustomersRead>,
    _: AcceptsJson,
    uri: Uri,
) -> Result<Response, Problem> {
    let (query, scope) = list_query(&uri, caller.tenant_id)?;
    let reservation = api
        .http
        .response_budget
        .reserve(query.limit, CUSTOMER_KIB)
        .await?;
    let page = api.customers.list(caller, &query).await?;
    let last = page.items.last().filter(|_| page.has_more);
    let listing = Listing {
        data: page.items.iter().map(CustomerView::from).collect(),
        meta: PageMeta {
            next_cursor: last.map(|customer| scope.cursor(customer.id().as_uuid().as_bytes())),
            has_more: page.has_more,
        },
    };
    reservation.json(&listing)
}
