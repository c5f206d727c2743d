//! `GET /customers/{id}`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use customers_http_kit::auth::Authorized;
use customers_http_kit::conditional::{etag, none_match};
use customers_http_kit::negotiation::AcceptsJson;
use customers_http_kit::problem::{Problem, common};
use customers_http_kit::problem_set;
use customers_http_kit::query::NoParameters;
use customers_http_kit::response::Data;
use customers_use_cases::{CustomerService, GetCustomerError};
use http::header::ETAG;
use http::{HeaderMap, StatusCode};

use super::path::CustomerIdInPath;
use super::problems::{CUSTOMER_ERASED, gone};
use super::scopes::CustomersRead;
use super::view::CustomerView;

/// Read a customer
///
/// Returns the customer, with its version as the `ETag`.
#[utoipa::path(
    get,
    path = "/customers/{id}",
    tag = "customers",
    operation_id = "getCustomer",
    security(("api_key" = ["customers:read"])),
    params(
        ("id" = String, Path, format = Uuid, description = "Id of the customer.", example = "01997099-05b2-7c4e-9b1f-2f6a1d3c5e70"),
        ("If-None-Match" = Option<String>, Header, description = "Entity tags that the client has. If one of them is current, the response is 304.", example = "\"1\""),
    ),
    responses(
        (
            status = 200,
            description = "The customer.",
            body = Data<CustomerView>,
            headers(("ETag" = String, description = "Version of the customer as an entity tag.")),
        ),
        (
            status = 304,
            description = "The client has the current version.",
            headers(("ETag" = String, description = "Version of the customer as an entity tag.")),
        ),
        FindProblems,
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
    let customer = customers.get(caller, id).await.map_err(problem)?;
    let tag = etag(customer.version().number());
    if !none_match(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response());
    }
    let view = CustomerView::from(&customer);
    Ok(([(ETAG, tag)], Json(Data { data: view })).into_response())
}

problem_set! {
    /// Problems of finding a customer.
    FindProblems:
        common::INVALID_REQUEST, common::UNAUTHORIZED, common::INSUFFICIENT_SCOPE,
        common::NOT_FOUND, common::NOT_ACCEPTABLE, CUSTOMER_ERASED, common::RATE_LIMITED,
        common::INTERNAL, common::UNAVAILABLE
}

problem_set! {
    /// Problems of reading a history.
    pub(super) ReadProblems:
        common::INVALID_REQUEST, common::UNAUTHORIZED, common::INSUFFICIENT_SCOPE,
        common::NOT_FOUND, common::NOT_ACCEPTABLE, common::RATE_LIMITED, common::INTERNAL,
        common::UNAVAILABLE
}

/// What a failed read is to the client.
pub(super) fn problem(error: GetCustomerError) -> Problem {
    match error {
        GetCustomerError::NotFound => Problem::new(&common::NOT_FOUND),
        GetCustomerError::Erased(erased) => gone(erased),
        GetCustomerError::Store(error) => Problem::from(error),
    }
}
