//! `GET /customers`.

use axum::extract::State;
use axum::response::Response;
use customers_http_kit::auth::Authorized;
use customers_http_kit::negotiation::AcceptsJson;
use customers_http_kit::problem::{Problem, common};
use customers_http_kit::problem_set;
use customers_http_kit::response::{Listing, PageMeta};
use http::Uri;

use super::list_query::{ListParameters, list_query};
use super::scopes::CustomersRead;
use super::view::CustomerView;
use crate::state::CustomersState;

/// The most memory that a customer takes while a page is built, in bytes: 16 KiB of metadata and 3 KiB of other fields,
/// each as a row and as a value.
const CUSTOMER_BYTES: usize = 40 * 1024;

/// List customers
///
/// Returns a page of customers: newest first, or oldest first with `order=asc`. Each filter that is given narrows the
/// list.
#[utoipa::path(
    get,
    path = "/customers",
    tag = "customers",
    operation_id = "listCustomers",
    security(("api_key" = ["customers:read"])),
    params(ListParameters),
    responses(
        (status = 200, description = "A page of customers.", body = Listing<CustomerView>),
        ListProblems,
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
        .response_budget()
        .reserve(caller, query.limit, CUSTOMER_BYTES)
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
    reservation.json(&listing).await
}

problem_set! {
    /// Problems of reading a list.
    pub(crate) ListProblems:
        common::INVALID_REQUEST, common::UNAUTHORIZED, common::INSUFFICIENT_SCOPE,
        common::NOT_ACCEPTABLE, common::RATE_LIMITED, common::INTERNAL, common::UNAVAILABLE
}
