//! `POST /customers/{id}/{verb}`.

use axum::Json;
use axum::extract::{FromRequestParts, MatchedPath, State};
use axum::response::{IntoResponse, Response};
use customers_domain::{DecisionId, Reason, TransitionRefused, Verb};
use customers_http_kit::auth;
use customers_http_kit::conditional::{IfMatch, etag};
use customers_http_kit::field_code::MISSING;
use customers_http_kit::headers::IDEMPOTENT_REPLAYED;
use customers_http_kit::json::{Document, Faults, Field, JsonBody, Refused, RequestBody};
use customers_http_kit::negotiation::{AcceptsJson, SendsJson};
use customers_http_kit::problem::{FieldErrors, Problem, common};
use customers_http_kit::problem_set;
use customers_http_kit::query::NoParameters;
use customers_http_kit::response::Data;
use customers_use_cases::{Caller, CustomerService, Decision, TransitionCustomerError};
use garde::Validate;
use http::header::ETAG;
use http::request::Parts;
use serde::Deserialize;
use utoipa::ToSchema;

use super::expected_version::expected_version;
use super::path::CustomerIdInPath;
use super::problems::{CUSTOMER_ERASED, INVALID_TRANSITION, gone, refused_transition};
use super::view::CustomerView;
use crate::state::CustomersState;

/// A decision with an optional reason.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(context(Faults))]
pub(crate) struct DecisionRequest {
    /// Reason of the decision, as text for people. It is protected like personal data.
    #[garde(dive)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 500, example = "documents seen")]
    reason: Option<Field<Reason>>,
    /// The client's own id of the decision, unique in the tenant. A decision that is sent again is executed once.
    #[garde(dive)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255, pattern = r"^[ -~]*[!-~][ -~]*$", example = "kyc-2025-0042")]
    decision_id: Option<Field<DecisionId>>,
}

/// A decision with a reason.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(context(Faults))]
pub(crate) struct ReasonedDecisionRequest {
    /// Reason of the decision, as text for people. It is protected like personal data.
    #[garde(dive)]
    #[schema(value_type = String, min_length = 1, max_length = 500, example = "documents expired")]
    reason: Field<Reason>,
    /// The client's own id of the decision, unique in the tenant. A decision that is sent again is executed once.
    #[garde(dive)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255, pattern = r"^[ -~]*[!-~][ -~]*$", example = "kyc-2025-0042")]
    decision_id: Option<Field<DecisionId>>,
}

/// The caller of a verb's route, who has the scope that the status rules ask for it.
pub(crate) struct Decider {
    caller: Caller,
    verb: Verb,
}

impl FromRequestParts<CustomersState> for Decider {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, state: &CustomersState) -> Result<Self, Problem> {
        let route = head
            .extensions
            .get::<MatchedPath>()
            .map(MatchedPath::as_str);
        let name = route.and_then(|route| route.rsplit('/').next());
        let verb = name.and_then(Verb::from_name);
        let verb = verb.ok_or_else(|| Problem::new(&common::NOT_FOUND))?;
        let caller = auth::authorize(head, &state.http, verb.rule().scope).await?;
        Ok(Self { caller, verb })
    }
}

/// The route of a verb.
pub(crate) fn route(verb: Verb) -> String {
    format!("/customers/{{id}}/{}", verb.as_str())
}

/// Decide on a customer
///
/// Applies to the version that `If-Match` names. With a `decision_id` the request can be repeated safely: it is executed
/// once, and each repetition returns the first response.
#[utoipa::path(
    post,
    path = "/customers/{id}/{verb}",
    tag = "customers",
    params(
        ("id" = String, Path, format = Uuid, description = "Id of the customer.", example = "01997099-05b2-7c4e-9b1f-2f6a1d3c5e70"),
        ("If-Match" = String, Header, description = "The `ETag` of the version that the change is based on: one strong entity tag with its quotation marks.", pattern = r#"^"[1-9][0-9]{0,9}"$"#, example = "\"1\""),
    ),
    responses(
        (
            status = 200,
            description = "The customer after the decision.",
            body = Data<CustomerView>,
            headers(
                ("ETag" = String, description = "Version of the customer as an entity tag."),
                ("Idempotent-Replayed" = String, description = "`true` if this is the first response to this decision again."),
            ),
        ),
        DecideProblems,
    ),
)]
#[expect(
    clippy::too_many_arguments,
    reason = "each is a check, in the order in which they are made"
)]
pub(crate) async fn decide(
    State(customers): State<CustomerService>,
    Decider { caller, verb }: Decider,
    _: AcceptsJson,
    _: SendsJson,
    _: NoParameters,
    IfMatch(expected): IfMatch,
    CustomerIdInPath(id): CustomerIdInPath,
    body: JsonBody,
) -> Result<Response, Problem> {
    let decision = read(&body.document()?, verb)?;
    let expected = expected_version(expected);
    let decided = customers
        .transition(caller, id, expected, decision)
        .await
        .map_err(problem)?;

    let customer = decided.customer;
    let tag = etag(customer.version().number());
    let view = CustomerView::from(&customer);
    let mut response = ([(ETAG, tag)], Json(Data { data: view })).into_response();
    if decided.replayed {
        let (name, value) = IDEMPOTENT_REPLAYED;
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

fn read(document: &Document<'_>, verb: Verb) -> Result<Decision, Problem> {
    let Given { reason, id } = if verb.rule().reason_required {
        document.read::<ReasonedDecisionRequest>()?
    } else {
        document.read::<DecisionRequest>()?
    };
    Ok(Decision { verb, reason, id })
}

/// What a request says of a decision.
pub(crate) struct Given {
    reason: Option<Reason>,
    id: Option<DecisionId>,
}

impl RequestBody for DecisionRequest {
    type Value = Given;

    fn into_value(self) -> Result<Given, Refused> {
        Ok(Given {
            reason: self.reason.map(Field::into_valid).transpose()?,
            id: self.decision_id.map(Field::into_valid).transpose()?,
        })
    }
}

impl RequestBody for ReasonedDecisionRequest {
    type Value = Given;

    fn into_value(self) -> Result<Given, Refused> {
        Ok(Given {
            reason: Some(self.reason.into_valid()?),
            id: self.decision_id.map(Field::into_valid).transpose()?,
        })
    }
}

problem_set! {
    /// Problems of a decision.
    DecideProblems:
        common::MALFORMED_JSON, common::INVALID_REQUEST, common::UNAUTHORIZED,
        common::INSUFFICIENT_SCOPE, common::NOT_FOUND, common::NOT_ACCEPTABLE,
        common::REQUEST_TIMEOUT, INVALID_TRANSITION, CUSTOMER_ERASED, common::VERSION_MISMATCH,
        common::PAYLOAD_TOO_LARGE, common::UNSUPPORTED_MEDIA_TYPE, common::INVALID_FIELDS,
        common::IDEMPOTENCY_KEY_REUSED, common::VERSION_REQUIRED, common::RATE_LIMITED,
        common::INTERNAL, common::UNAVAILABLE
}

/// What a failed decision is to the client.
fn problem(error: TransitionCustomerError) -> Problem {
    match error {
        TransitionCustomerError::DecisionIdReused => Problem::new(&common::IDEMPOTENCY_KEY_REUSED),
        TransitionCustomerError::NotFound => Problem::new(&common::NOT_FOUND),
        TransitionCustomerError::Erased(erased) => gone(erased),
        TransitionCustomerError::VersionMismatch => Problem::new(&common::VERSION_MISMATCH),
        TransitionCustomerError::Refused(TransitionRefused::Invalid(invalid)) => {
            refused_transition(invalid)
        }
        TransitionCustomerError::Refused(TransitionRefused::ReasonMissing) => {
            let mut errors = FieldErrors::default();
            errors.note("/reason", &MISSING);
            Problem::with_errors(&common::INVALID_REQUEST, errors)
        }
        TransitionCustomerError::Store(error) => Problem::from(error),
    }
}
