//! The problems that customers add.

use customers_domain::{InvalidTransition, Verb};
use customers_http_kit::headers::IDEMPOTENT_REPLAYED;
use customers_http_kit::problem::{ExtensionSchema, Problem, ProblemExtension, ProblemKind};
use customers_ports::Conflict;
use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

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
    "`true` where the first answer is given again.",
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

/// Every problem that customers add.
pub(crate) static ALL: [&ProblemKind; 2] = [&CUSTOMER_ALREADY_EXISTS, &INVALID_TRANSITION];

/// Who holds what was to be unique.
#[derive(Serialize, ToSchema)]
#[schema(as = Conflict)]
struct ConflictBody {
    /// The field whose value is taken: `email` or `external_id`.
    #[schema(example = "email")]
    field: &'static str,
    /// The customer that holds it.
    #[schema(format = Uuid)]
    customer_id: String,
}

impl ProblemExtension for ConflictBody {
    const MEMBER: &'static str = "conflict";
    const DESCRIPTION: &'static str = "What is taken and by whom, for `customer_already_exists`.";

    fn example() -> Value {
        json!({"field": "email", "customer_id": "01997099-05b2-7c4e-9b1f-2f6a1d3c5e70"})
    }
}

/// What the status rules say to what was asked.
#[derive(Serialize, ToSchema)]
#[schema(as = RefusedTransition)]
struct TransitionBody {
    /// The customer's present status.
    #[schema(example = "closed")]
    from: &'static str,
    /// The status that the verb leads to; null for an edit.
    #[schema(required = true, example = "active")]
    to: Option<&'static str>,
    /// The verbs that are allowed from the present status.
    #[schema(example = json!([]))]
    allowed: Vec<&'static str>,
}

impl ProblemExtension for TransitionBody {
    const MEMBER: &'static str = "transition";
    const DESCRIPTION: &'static str =
        "What was asked and what is allowed, for `invalid_transition`.";

    fn example() -> Value {
        json!({"from": "closed", "to": "active", "allowed": []})
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

/// The problem is the first answer to this request, given again.
pub(super) fn replayed(problem: Problem) -> Problem {
    let (name, value) = IDEMPOTENT_REPLAYED;
    problem.with_header(name, value)
}
