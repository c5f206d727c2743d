//! The problems of a route, as the document shows them: from the table, with an example of each.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ComponentsBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, PartialSchema as _, ToSchema as _};

use crate::problem::{ConflictBody, FieldError, ProblemBody, ProblemCode, TransitionBody};

macro_rules! problems {
    ($(#[$doc:meta])* $name:ident: $($code:ident)*) => {
        $(#[$doc])*
        pub enum $name {}

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                responses(&[$(ProblemCode::$code),*])
            }
        }
    };
}

problems!(
    /// What a create may meet.
    CreateProblems:
    MalformedJson InvalidRequest IdempotencyKeyInvalid Unauthorized InsufficientScope NotAcceptable
    RequestTimeout CustomerAlreadyExists IdempotencyInProgress PayloadTooLarge UnsupportedMediaType
    InvalidFields IdempotencyKeyReused RateLimited Internal Unavailable
);
problems!(
    /// What reading a customer may meet.
    ReadProblems:
    InvalidRequest Unauthorized InsufficientScope NotFound NotAcceptable RateLimited Internal Unavailable
);
problems!(
    /// What reading a list may meet.
    ListProblems:
    InvalidRequest Unauthorized InsufficientScope NotAcceptable RateLimited Internal Unavailable
);
problems!(
    /// What an edit may meet.
    UpdateProblems:
    MalformedJson InvalidRequest Unauthorized InsufficientScope NotFound NotAcceptable RequestTimeout
    CustomerAlreadyExists InvalidTransition VersionMismatch PayloadTooLarge UnsupportedMediaType
    InvalidFields VersionRequired RateLimited Internal Unavailable
);
problems!(
    /// What a decision may meet.
    DecideProblems:
    MalformedJson InvalidRequest Unauthorized InsufficientScope NotFound NotAcceptable RequestTimeout
    InvalidTransition VersionMismatch PayloadTooLarge UnsupportedMediaType InvalidFields
    IdempotencyKeyReused VersionRequired RateLimited Internal Unavailable
);
problems!(
    /// What a page without a key may meet.
    PageProblems: InvalidRequest Internal
);
problems!(
    /// What a page about a problem may meet.
    ProblemPageProblems: InvalidRequest NotFound Internal
);
problems!(
    /// What the question for readiness may meet.
    ReadinessProblems: InvalidRequest Internal Unavailable
);

/// The schemas of problems, which no route names as its own.
pub(super) fn schemas(components: ComponentsBuilder) -> ComponentsBuilder {
    components
        .schema("Problem", ProblemBody::schema())
        .schema("Conflict", ConflictBody::schema())
        .schema("RefusedTransition", TransitionBody::schema())
        .schema(FieldError::name(), FieldError::schema())
}

fn responses(codes: &[ProblemCode]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<String, Vec<ProblemCode>> = BTreeMap::new();
    for code in codes {
        by_status
            .entry(code.status().as_str().to_owned())
            .or_default()
            .push(*code);
    }
    by_status
        .into_iter()
        .map(|(status, codes)| (status, response(&codes).into()))
        .collect()
}

/// The answer of one status, with an example of each of its problems.
pub(super) fn response(codes: &[ProblemCode]) -> Response {
    let titles: Vec<&str> = codes.iter().map(|code| code.title()).collect();
    let examples = codes.iter().map(|code| {
        let example = ExampleBuilder::new()
            .summary(code.title())
            .value(Some(example(*code)))
            .build();
        (code.as_str(), example)
    });
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .examples_from_iter(examples)
        .build();
    let answer = ResponseBuilder::new()
        .description(format!("{}.", titles.join(". ")))
        .content("application/problem+json", content);
    let headers = codes.iter().filter_map(|code| header(*code));
    headers
        .fold(answer, |answer, (name, description)| {
            let text = ObjectBuilder::new().schema_type(Type::String);
            let header = HeaderBuilder::new()
                .schema(Some(text))
                .description(Some(description));
            answer.header(name, header.build())
        })
        .build()
}

const fn header(code: ProblemCode) -> Option<(&'static str, &'static str)> {
    match code {
        ProblemCode::Unauthorized => Some(("WWW-Authenticate", "The challenge (RFC 6750).")),
        ProblemCode::MethodNotAllowed => Some(("Allow", "The methods that are allowed here.")),
        ProblemCode::UnsupportedMediaType => Some(("Accept", "The media type that is read here.")),
        ProblemCode::CustomerAlreadyExists => Some((
            "Idempotent-Replayed",
            "`true` where the first answer is given again.",
        )),
        _ if code.retry_after_seconds().is_some() => Some((
            "Retry-After",
            "Seconds after which to send the request again.",
        )),
        _ => None,
    }
}

fn example(code: ProblemCode) -> Value {
    let mut body = json!({
        "type": format!("/problems/{}", code.as_str()),
        "title": code.title(),
        "status": code.status().as_u16(),
        "detail": code.detail(),
        "code": code.as_str(),
        "request_id": "7b0f6f4e-6b0e-4c5f-9d59-0a4f7a3f2c11",
    });
    match code {
        ProblemCode::InvalidRequest => {
            body["errors"] =
                json!([{"pointer": "/email", "code": "missing", "message": "is required"}]);
        }
        ProblemCode::InvalidFields => {
            body["errors"] = json!([{
                "pointer": "/billing_address/country",
                "code": "unknown_country",
                "message": "is not an assigned ISO 3166-1 alpha-2 country code",
            }]);
        }
        ProblemCode::CustomerAlreadyExists => {
            body["conflict"] = json!({
                "field": "email",
                "customer_id": "01997099-05b2-7c4e-9b1f-2f6a1d3c5e70",
            });
        }
        ProblemCode::InvalidTransition => {
            body["transition"] = json!({"from": "closed", "to": "active", "allowed": []});
        }
        _ => {}
    }
    body
}
