//! The problems that customers add.

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use customers_domain::{ErasedCustomer, ErasureRefused, InvalidTransition, Verb};
use customers_http_kit::headers::IDEMPOTENT_REPLAYED;
use customers_http_kit::problem::{ExtensionSchema, Problem, ProblemExtension, ProblemKind};
use customers_http_kit::timestamp::rfc3339;
use customers_ports::Conflict;
use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::view::{StatusName, VerbName};

/// What is unique is taken.
pub(crate) static CUSTOMER_ALREADY_EXISTS: ProblemKind = ProblemKind::new(
    "customer_already_exists",
    StatusCode::CONFLICT,
    "The customer already exists",
)
.detail("Another customer of this tenant holds a value that must be unique.")
.help("`conflict` names the field and the customer that holds its value. Use that customer, or send another value.")
.header(
    "Idempotent-Replayed",
    "`true` if this is the first response to this idempotency key again.",
)
.extension(ExtensionSchema::of::<ConflictBody>());

/// The status rules forbid it.
pub(crate) static INVALID_TRANSITION: ProblemKind = ProblemKind::new(
    "invalid_transition",
    StatusCode::CONFLICT,
    "The status rules forbid this",
)
.detail("The customer's present status does not allow this.")
.help("`transition` names the present status, the status that was asked for and the verbs that are allowed now. `GET /statuses` shows all the rules. The data of a rejected or closed customer cannot be edited.")
.extension(ExtensionSchema::of::<TransitionBody>());

/// The retention period has not ended.
pub(crate) static RETENTION_PERIOD: ProblemKind = ProblemKind::new(
    "retention_period",
    StatusCode::CONFLICT,
    "The customer may not be erased yet",
)
.detail("This deployment keeps rejected and closed customers for a time before they may be erased.")
.help("`erasable_from` is the time from which the customer may be erased. Repeat the request then. The time is counted from the last change of status, `status_since`.")
.extension(ExtensionSchema::of::<ErasableFrom>());

/// The customer was erased.
pub(crate) static CUSTOMER_ERASED: ProblemKind = ProblemKind::new(
    "customer_erased",
    StatusCode::GONE,
    "The customer was erased",
)
.detail("This customer was erased for good.")
.help("`erased_at` is the time of the erasure. Nothing brings the customer back, and its id is never used again. Its history can still be read, without reasons. Its email and `external_id` may be used by another customer.")
.extension(ExtensionSchema::of::<ErasedAt>());

/// Every problem that customers add.
pub(crate) static ALL: [&ProblemKind; 4] = [
    &CUSTOMER_ALREADY_EXISTS,
    &INVALID_TRANSITION,
    &RETENTION_PERIOD,
    &CUSTOMER_ERASED,
];

/// The customer that already has a value that must be unique.
#[derive(Serialize, ToSchema)]
#[schema(as = Conflict)]
struct ConflictBody {
    /// The field whose value is taken.
    #[schema(value_type = ConflictField)]
    field: &'static str,
    /// Id of the customer that has this value.
    #[schema(format = Uuid, example = "01997099-05b2-7c4e-9b1f-2f6a1d3c5e70")]
    customer_id: String,
}

/// A field whose value is unique in the tenant.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(
    dead_code,
    reason = "it only describes the field in the OpenAPI document"
)]
enum ConflictField {
    Email,
    ExternalId,
}

impl ProblemExtension for ConflictBody {
    const MEMBER: &'static str = "conflict";
    const DESCRIPTION: &'static str =
        "The unique field and the customer that has its value, for `customer_already_exists`.";

    fn example() -> Value {
        json!({"field": "email", "customer_id": "01997099-05b2-7c4e-9b1f-2f6a1d3c5e70"})
    }
}

/// A change that the status rules do not allow.
#[derive(Serialize, ToSchema)]
#[schema(as = RefusedTransition)]
struct TransitionBody {
    /// Current status of the customer.
    #[schema(value_type = StatusName)]
    from: &'static str,
    /// Status that the verb leads to; null for an edit.
    #[schema(required = true, value_type = Option<StatusName>)]
    to: Option<&'static str>,
    /// Verbs that are allowed from the current status.
    #[schema(value_type = Vec<VerbName>, example = json!(["reopen", "close"]))]
    allowed: Vec<&'static str>,
}

impl ProblemExtension for TransitionBody {
    const MEMBER: &'static str = "transition";
    const DESCRIPTION: &'static str =
        "The requested change and the allowed verbs, for `invalid_transition`.";

    fn example() -> Value {
        json!({"from": "rejected", "to": "active", "allowed": ["reopen", "close"]})
    }
}

/// First time at which a customer may be erased.
#[derive(Serialize, ToSchema)]
#[schema(format = DateTime, example = "2032-09-22T09:01:09Z")]
struct ErasableFrom(String);

impl ProblemExtension for ErasableFrom {
    const MEMBER: &'static str = "erasable_from";
    const DESCRIPTION: &'static str =
        "First time at which the customer may be erased, for `retention_period`.";

    fn example() -> Value {
        json!("2032-09-22T09:01:09Z")
    }
}

/// Time of the erasure.
#[derive(Serialize, ToSchema)]
#[schema(format = DateTime, example = "2025-09-22T09:01:09Z")]
struct ErasedAt(String);

impl ProblemExtension for ErasedAt {
    const MEMBER: &'static str = "erased_at";
    const DESCRIPTION: &'static str = "Time of the erasure, for `customer_erased`.";

    fn example() -> Value {
        json!("2025-09-22T09:01:09Z")
    }
}

/// Another customer holds what is unique.
pub(super) fn taken(conflict: Conflict) -> Problem {
    Problem::new(&CUSTOMER_ALREADY_EXISTS).with_extension(&ConflictBody {
        field: conflict.field.as_str(),
        customer_id: conflict.holder.to_string(),
    })
}

/// The status rules forbid what was asked.
pub(super) fn refused_transition(refused: InvalidTransition) -> Problem {
    let allowed = refused.from.allowed_transitions();
    Problem::new(&INVALID_TRANSITION).with_extension(&TransitionBody {
        from: refused.from.as_str(),
        to: refused.verb.map(|verb| verb.rule().to.as_str()),
        allowed: allowed.map(Verb::as_str).collect(),
    })
}

/// The customer was erased.
pub(super) fn gone(erased: ErasedCustomer) -> Problem {
    Problem::new(&CUSTOMER_ERASED).with_extension(&ErasedAt(rfc3339(erased.erased_at)))
}

/// The status or the retention period does not allow erasure.
pub(super) fn refused_erasure(refused: ErasureRefused) -> Problem {
    match refused {
        ErasureRefused::Invalid(invalid) => refused_transition(invalid),
        ErasureRefused::Retained { erasable_from } => {
            let from = rfc3339(next_second(erasable_from));
            Problem::new(&RETENTION_PERIOD).with_extension(&ErasableFrom(from))
        }
    }
}

/// Rounds up to a whole second, so that a request at the time that a response names is not too early.
fn next_second(at: DateTime<Utc>) -> DateTime<Utc> {
    let almost = TimeDelta::nanoseconds(999_999_999);
    at.checked_add_signed(almost).unwrap_or(at).trunc_subsecs(0)
}

/// The problem is the first answer to this request, given again.
pub(super) fn replayed(problem: Problem) -> Problem {
    let (name, value) = IDEMPOTENT_REPLAYED;
    problem.with_header(name, value)
}
