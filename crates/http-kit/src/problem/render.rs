use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::header::{self, HeaderValue};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{FieldError, Problem};
use crate::schema_names::ProblemCodeName;

/// The body of every error (RFC 9457). Kinds of problems may add members.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody<'a> {
    /// URI reference of the page about this kind of problem.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference", example = "/problems/invalid_fields")]
    problem_type: String,
    /// The kind of problem in a few words.
    title: &'static str,
    /// HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 422)]
    status: u16,
    /// The kind of problem in a sentence.
    detail: &'static str,
    /// Code of the kind of problem.
    #[schema(value_type = ProblemCodeName)]
    code: &'static str,
    /// Id of the request, as in the header `X-Request-Id`.
    request_id: &'a str,
    /// The faulty members or parameters, if the problem concerns any.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false, max_items = 100)]
    errors: &'a [FieldError],
    #[serde(flatten)]
    #[schema(ignore)]
    extension: BTreeMap<&'static str, &'a Value>,
}

impl<'a> ProblemBody<'a> {
    fn new(problem: &'a Problem, request_id: &'a str) -> Self {
        let kind = problem.kind;
        let extension = problem.extension.as_ref();
        Self {
            problem_type: format!("/problems/{}", kind.code()),
            title: kind.title(),
            status: kind.status().as_u16(),
            detail: kind.detail_text(),
            code: kind.code(),
            request_id,
            errors: &problem.errors,
            extension: extension
                .map(|(member, value)| (*member, value))
                .into_iter()
                .collect(),
        }
    }
}

/// Writes the body of a response that is a problem; leaves any other alone.
pub(crate) fn render(response: &mut Response, request_id: &str) {
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
