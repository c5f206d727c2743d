use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use customers_domain::Version;
use customers_use_cases::{CustomerService, RepeatableRequest};
use http::header::{ETAG, LOCATION};
use http::{HeaderValue, StatusCode};

use super::problems::create_problem;
use super::request::CreateCustomerRequest;
use super::view::{Data, ReceiptView, VALID, Validity, etag};
use customers_http_kit::auth::{Authorized, CustomersWrite};
use customers_http_kit::headers::IDEMPOTENT_REPLAYED;
use customers_http_kit::idempotency::IdempotencyKeyHeader;
use customers_http_kit::json::JsonBody;
use customers_http_kit::negotiation::{AcceptsJson, SendsJson};
use customers_http_kit::problem::{Problem, ProblemCode};
use customers_http_kit::query::ValidateOnly;

/// Create a customer
///
/// Provisions a customer, which wallets, payment methods and transactions refer to by its id. With an
/// `Idempotency-Key` a request may be repeated safely: it is carried out once and answered alike.
#[utoipa::path(
    post,
    path = "/customers",
    tag = "customers",
    operation_id = "createCustomer",
    security(("api_key" = ["customers:write"])),
    params(
        IdempotencyKeyHeader,
        ("validate_only" = Option<bool>, Query, description = "Check, uniqueness included, and write nothing."),
    ),
    request_body = CreateCustomerRequest,
    responses(
        (
            status = 201,
            description = "The customer is created, now or by the first request of this idempotency key.",
            body = Data<ReceiptView>,
            headers(
                ("Location" = String, description = "Where the customer is read."),
                ("ETag" = String, description = "The customer's version as an entity tag."),
                ("Idempotent-Replayed" = String, description = "`true` where the first answer is given again."),
            ),
        ),
        (
            status = 200,
            description = "With `validate_only=true`: the customer could be created now.",
            body = Data<Validity>,
        ),
        customers_http_kit::openapi::problems::CreateProblems,
    ),
)]
pub(crate) async fn create_customer(
    // Each argument is a check, in the order in which they are made.
    State(customers): State<CustomerService>,
    Authorized { caller, .. }: Authorized<CustomersWrite>,
    _: AcceptsJson,
    _: SendsJson,
    ValidateOnly(validate_only): ValidateOnly,
    key: IdempotencyKeyHeader,
    body: JsonBody,
) -> Result<Response, Problem> {
    let document = body.document()?;
    let request: CreateCustomerRequest = document.read()?;
    let defect = || Problem::new(ProblemCode::Internal);
    let profile = request.into_profile().map_err(|_| defect())?;
    if validate_only {
        customers
            .check_create(caller, profile)
            .await
            .map_err(create_problem)?;
        return Ok(Json(VALID).into_response());
    }
    let canonical_body = key.0.as_ref().map(|_| document.canonical());
    let repeatable = key.0.as_ref().zip(canonical_body.as_deref());
    let repeatable = repeatable.map(|(key, canonical_body)| RepeatableRequest {
        key,
        canonical_body,
    });

    let created = customers
        .create(caller, profile, repeatable)
        .await
        .map_err(create_problem)?;

    let location = format!("/customers/{}", created.receipt.id);
    let location = HeaderValue::try_from(location).map_err(|_| defect())?;
    let headers = [(LOCATION, location), (ETAG, etag(Version::FIRST))];
    let view = ReceiptView::from(created.receipt);
    let mut response = (StatusCode::CREATED, headers, Json(Data { data: view })).into_response();
    if created.replayed {
        let (name, value) = IDEMPOTENT_REPLAYED;
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}
