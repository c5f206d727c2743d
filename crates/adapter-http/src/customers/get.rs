use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use customers_use_cases::CustomerService;
use http::header::ETAG;
use http::{HeaderMap, StatusCode};

use super::path::CustomerIdInPath;
use super::problems::read_problem;
use super::view::{CustomerView, Data, etag};
use customers_http_kit::auth::{Authorized, CustomersRead};
use customers_http_kit::conditional::none_match;
use customers_http_kit::negotiation::AcceptsJson;
use customers_http_kit::problem::Problem;
use customers_http_kit::query::NoParameters;

/// Read a customer
///
/// The whole customer, with its version as an entity tag.
#[utoipa::path(
    get,
    path = "/customers/{id}",
    tag = "customers",
    operation_id = "getCustomer",
    security(("api_key" = ["customers:read"])),
    params(
        ("id" = String, Path, format = Uuid, description = "The customer's id."),
        ("If-None-Match" = Option<String>, Header, description = "Entity tags that the caller has; 304 where one of them is current."),
    ),
    responses(
        (
            status = 200,
            description = "The customer.",
            body = Data<CustomerView>,
            headers(("ETag" = String, description = "The customer's version as an entity tag.")),
        ),
        (
            status = 304,
            description = "The caller has the current version.",
            headers(("ETag" = String, description = "The customer's version as an entity tag.")),
        ),
        customers_http_kit::openapi::problems::ReadProblems,
    ),
)]
pub(crate) async fn get_customer(
    State(customers): State<CustomerService>,
    Authorized { caller, .. }: Authorized<CustomersRead>,
    _: AcceptsJson,
    _: NoParameters,
    CustomerIdInPath(id): CustomerIdInPath,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let customer = customers.get(caller, id).await.map_err(read_problem)?;
    let tag = etag(customer.version());
    if !none_match(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response());
    }
    let view = CustomerView::from(&customer);
    Ok(([(ETAG, tag)], Json(Data { data: view })).into_response())
}
