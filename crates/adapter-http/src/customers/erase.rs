//! `POST /customers/{id}/erase`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use customers_domain::{DecisionId, ErasedCustomer};
use customers_http_kit::auth::Authorized;
use customers_http_kit::conditional::IfMatch;
use customers_http_kit::headers::IDEMPOTENT_REPLAYED;
use customers_http_kit::json::{Faults, Field, JsonBody, Refused, RequestBody};
use customers_http_kit::negotiation::{AcceptsJson, SendsJson};
use customers_http_kit::problem::{Problem, common};
use customers_http_kit::problem_set;
use customers_http_kit::query::NoParameters;
use customers_http_kit::response::Data;
use customers_http_kit::timestamp::rfc3339;
use customers_use_cases::{CustomerService, EraseCustomerError};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::expected_version::expected_version;
use super::path::CustomerIdInPath;
use super::problems::{
    CUSTOMER_ERASED, INVALID_TRANSITION, RETENTION_PERIOD, gone, refused_erasure,
};
use super::scopes::CustomersErase;

/// An erasure. It takes no reason, because nothing could keep it.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(context(Faults))]
pub(crate) struct EraseCustomerRequest {
    /// Client-supplied id of the erasure, unique among the decisions of the tenant. A repeated request
    /// with the same id receives the first response again.
    #[garde(dive)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255, pattern = r"^[ -~]*[!-~][ -~]*$", example = "erasure-2025-0042")]
    decision_id: Option<Field<DecisionId>>,
}

impl RequestBody for EraseCustomerRequest {
    type Value = Option<DecisionId>;

    fn into_value(self) -> Result<Option<DecisionId>, Refused> {
        self.decision_id.map(Field::into_valid).transpose()
    }
}

/// What remains of an erased customer.
#[derive(Serialize, ToSchema)]
#[schema(as = ErasedCustomer)]
pub(crate) struct ErasedCustomerView {
    /// Unique customer identifier. It is never used again.
    #[schema(format = Uuid, example = "01997099-05b2-7c4e-9b1f-2f6a1d3c5e70")]
    id: String,
    /// Time of the erasure.
    #[schema(format = DateTime, example = "2025-09-22T09:01:09Z")]
    erased_at: String,
    /// Version that the erasure made.
    #[schema(minimum = 2, example = 5)]
    version: u32,
}

impl From<ErasedCustomer> for ErasedCustomerView {
    fn from(erased: ErasedCustomer) -> Self {
        Self {
            id: erased.id.to_string(),
            erased_at: rfc3339(erased.erased_at),
            version: erased.version.number(),
        }
    }
}

/// Erase a customer
///
/// Erases the personal data of a rejected or closed customer for good, in the version that `If-Match`
/// names. Some deployments keep customers for a time first. The id, the version, the time of the erasure
/// and the history without its reasons remain. Email and `external_id` are free afterwards.
#[utoipa::path(
    post,
    path = "/customers/{id}/erase",
    tag = "customers",
    operation_id = "eraseCustomer",
    security(("api_key" = ["customers:erase"])),
    params(
        ("id" = String, Path, format = Uuid, description = "The customer's id."),
        ("If-Match" = String, Header, description = "The `ETag` of the version to erase.", example = "\"4\""),
    ),
    request_body = EraseCustomerRequest,
    responses(
        (
            status = 200,
            description = "What remains of the customer.",
            body = Data<ErasedCustomerView>,
            headers(
                ("Idempotent-Replayed" = String, description = "`true` where the first answer is given again."),
            ),
        ),
        EraseProblems,
    ),
)]
#[expect(
    clippy::too_many_arguments,
    reason = "each is a check, in the order in which they are made"
)]
pub(crate) async fn erase_customer(
    State(customers): State<CustomerService>,
    Authorized { caller, .. }: Authorized<CustomersErase>,
    _: AcceptsJson,
    _: SendsJson,
    _: NoParameters,
    IfMatch(expected): IfMatch,
    CustomerIdInPath(id): CustomerIdInPath,
    body: JsonBody,
) -> Result<Response, Problem> {
    let decision_id = body.document()?.read::<EraseCustomerRequest>()?;
    let expected = expected_version(expected);
    let receipt = customers
        .erase(caller, id, expected, decision_id)
        .await
        .map_err(problem)?;

    let view = ErasedCustomerView::from(receipt.erased);
    let mut response = Json(Data { data: view }).into_response();
    if receipt.replayed {
        let (name, value) = IDEMPOTENT_REPLAYED;
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

problem_set! {
    /// What an erasure may meet.
    EraseProblems:
        common::MALFORMED_JSON, common::INVALID_REQUEST, common::UNAUTHORIZED,
        common::INSUFFICIENT_SCOPE, common::NOT_FOUND, common::NOT_ACCEPTABLE,
        common::REQUEST_TIMEOUT, INVALID_TRANSITION, RETENTION_PERIOD, CUSTOMER_ERASED,
        common::VERSION_MISMATCH, common::PAYLOAD_TOO_LARGE, common::UNSUPPORTED_MEDIA_TYPE,
        common::INVALID_FIELDS, common::IDEMPOTENCY_KEY_REUSED, common::VERSION_REQUIRED,
        common::RATE_LIMITED, common::INTERNAL, common::UNAVAILABLE
}

/// The problem that reports a failed erasure.
fn problem(error: EraseCustomerError) -> Problem {
    match error {
        EraseCustomerError::DecisionIdReused => Problem::new(&common::IDEMPOTENCY_KEY_REUSED),
        EraseCustomerError::NotFound => Problem::new(&common::NOT_FOUND),
        EraseCustomerError::Erased(erased) => gone(erased),
        EraseCustomerError::VersionMismatch => Problem::new(&common::VERSION_MISMATCH),
        EraseCustomerError::Refused(refused) => refused_erasure(refused),
        EraseCustomerError::Store(error) => Problem::from(error),
    }
}
