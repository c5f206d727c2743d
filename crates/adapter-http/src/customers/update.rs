use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use customers_use_cases::CustomerService;
use http::header::ETAG;

use super::edit_request::UpdateCustomerRequest;
use super::path::CustomerIdInPath;
use super::problems::update_problem;
use super::view::{CustomerView, Data, UpdateAnswer, VALID, etag};
use customers_http_kit::auth::{Authorized, CustomersWrite};
use customers_http_kit::conditional::IfMatch;
use customers_http_kit::json::JsonBody;
use customers_http_kit::negotiation::{AcceptsJson, SendsMergePatch};
use customers_http_kit::problem::{Problem, ProblemCode};
use customers_http_kit::query::ValidateOnly;

/// Edit a customer
///
/// A JSON merge patch (RFC 7396) of the version that `If-Match` names. One that changes nothing answers
/// with the same version. With `validate_only=true` every check is made and nothing is written.
#[utoipa::path(
    patch,
    path = "/customers/{id}",
    tag = "customers",
    operation_id = "updateCustomer",
    security(("api_key" = ["customers:write"])),
    params(
        ("id" = String, Path, format = Uuid, description = "The customer's id."),
        ("If-Match" = String, Header, description = "The `ETag` of the version to edit.", example = "\"1\""),
        ("validate_only" = Option<bool>, Query, description = "Check, and write nothing."),
    ),
    request_body(content(
        (UpdateCustomerRequest = "application/merge-patch+json"),
        (UpdateCustomerRequest = "application/json"),
    )),
    responses(
        (
            status = 200,
            description = "The customer as it is now; or, with `validate_only=true`, that the edit is valid.",
            body = UpdateAnswer,
            headers(("ETag" = String, description = "The customer's version as an entity tag.")),
        ),
        customers_http_kit::openapi::problems::UpdateProblems,
    ),
)]
#[expect(
    clippy::too_many_arguments,
    reason = "each is a check, in the order in which they are made"
)]
pub(crate) async fn update_customer(
    State(customers): State<CustomerService>,
    Authorized { caller, .. }: Authorized<CustomersWrite>,
    _: AcceptsJson,
    _: SendsMergePatch,
    ValidateOnly(validate_only): ValidateOnly,
    IfMatch(expected): IfMatch,
    CustomerIdInPath(id): CustomerIdInPath,
    body: JsonBody,
) -> Result<Response, Problem> {
    let request: UpdateCustomerRequest = body.document()?.read_edit()?;
    let patch = request
        .into_patch()
        .map_err(|_| Problem::new(ProblemCode::Internal))?;
    if validate_only {
        customers
            .check_update(caller, id, expected, patch)
            .await
            .map_err(update_problem)?;
        return Ok(Json(UpdateAnswer::Valid(VALID)).into_response());
    }
    let customer = customers
        .update(caller, id, expected, patch)
        .await
        .map_err(update_problem)?;
    let tag = etag(customer.version());
    let view = CustomerView::from(&customer);
    Ok((
        [(ETAG, tag)],
        Json(UpdateAnswer::Customer(Data { data: view })),
    )
        .into_response())
}
