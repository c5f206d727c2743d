use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use customers_domain::{InvalidTransition, Verb};
use http::header::{self, HeaderValue};
use serde::Serialize;
use utoipa::ToSchema;

use super::{FieldError, Problem};

/// The body of every error (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// Names the kind of problem; a page about it is served there.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference", example = "/problems/invalid_fields")]
    problem_type: String,
    /// What happened, in a few words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What happened, in a sentence.
    detail: &'static str,
    /// The kind of problem, for programs.
    code: &'static str,
    /// Names the request; the same as the header `X-Request-Id`.
    request_id: &'a str,
    /// Every place at fault, where fields or parameters are.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false, max_items = 100)]
    errors: &'a [FieldError],
    /// What is taken and by whom, for `customer_already_exists`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    conflict: Option<ConflictBody>,
    /// What was asked and what is allowed, for `invalid_transition`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    transition: Option<TransitionBody>,
}

/// What the status rules say to what was asked.
#[derive(Serialize, ToSchema)]
#[schema(as = RefusedTransition)]
pub struct TransitionBody {
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

impl From<InvalidTransition> for TransitionBody {
    fn from(refused: InvalidTransition) -> Self {
        Self {
            from: refused.from.as_str(),
            to: refused.verb.map(|verb| verb.rule().to.as_str()),
            allowed: refused
                .from
                .allowed_transitions()
                .map(Verb::as_str)
                .collect(),
        }
    }
}

/// Who holds what was to be unique.
#[derive(Serialize, ToSchema)]
#[schema(as = Conflict)]
pub struct ConflictBody {
    /// The field whose value is taken: `email` or `external_id`.
    #[schema(example = "email")]
    field: &'static str,
    /// The customer that holds it.
    #[schema(format = Uuid)]
    customer_id: String,
}

impl<'a> ProblemBody<'a> {
    /// Creates the body of a problem.
    pub fn new(problem: &'a Problem, request_id: &'a str) -> Self {
        Self {
            problem_type: format!("/problems/{}", problem.code.as_str()),
            title: problem.code.title(),
            status: problem.code.status().as_u16(),
            detail: problem.code.detail(),
            code: problem.code.as_str(),
            request_id,
            errors: &problem.errors,
            conflict: problem.conflict.map(|conflict| ConflictBody {
                field: conflict.field.as_str(),
                customer_id: conflict.holder.to_string(),
            }),
            transition: problem.transition.map(TransitionBody::from),
        }
    }
}

/// Writes the body of a response that is a problem; leaves any other alone.
pub fn render(response: &mut Response, request_id: &str) {
    let Some(problem) = response.extensions_mut().remove::<Arc<Problem>>() else {
        return;
    };
    let body = serde_json::to_vec(&ProblemBody::new(&problem, request_id)).unwrap_or_default();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    *response.body_mut() = Body::from(body);
}
