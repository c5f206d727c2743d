use axum::extract::State;
use axum::response::Response;
use http::Uri;

use super::list_query::{ListParameters, list_query};
use super::view::{CustomerView, Listing, PageMeta};
use crate::answer_budget::CUSTOMER_KIB;
use crate::api::ApiState;
use crate::auth::{Authorized, CustomersRead};
use crate::negotiation::AcceptsJson;
use crate::problem::Problem;

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
        crate::openapi::ListProblems,
    ),
)]
pub(crate) async fn list_customers(
    State(api): State<ApiState>,
    Authorized { caller, .. }: Authorized<CustomersRead>,
    _: AcceptsJson,
    uri: Uri,
) -> Result<Response, Problem> {
    let (query, scope) = list_query(&uri, caller.tenant_id)?;
    let reservation = api.answers.reserve(query.limit, CUSTOMER_KIB).await?;
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
