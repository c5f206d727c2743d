//! A second copy of every problem as clients see it, so that a change of a code, a status or a text is noticed.

use serde_json::{Value, json};

use crate::REQUEST_ID;

/// Code, status, title and detail.
pub const PROBLEMS: [(&str, u16, &str, &str); 23] = [
    (
        "malformed_json",
        400,
        "The body is not JSON",
        "The body could not be read as one JSON value in UTF-8.",
    ),
    (
        "invalid_request",
        400,
        "The request has the wrong shape",
        "Members or parameters are missing, unknown, repeated or of the wrong type; or the request does not name one host or frame its body as HTTP/1.1 requires.",
    ),
    (
        "idempotency_key_invalid",
        400,
        "The idempotency key is not valid",
        "The header Idempotency-Key must come once and hold 1 to 255 printable ASCII characters.",
    ),
    (
        "unauthorized",
        401,
        "A valid API key is required",
        "The request carries no API key that is valid now.",
    ),
    (
        "insufficient_scope",
        403,
        "The API key may not do this",
        "The API key is valid, but lacks the scope that this needs.",
    ),
    (
        "not_found",
        404,
        "Not found",
        "There is no such route or resource.",
    ),
    (
        "method_not_allowed",
        405,
        "The method is not allowed here",
        "The route exists, but not for this method.",
    ),
    (
        "not_acceptable",
        406,
        "Only JSON can be answered",
        "The header Accept excludes application/json.",
    ),
    (
        "request_timeout",
        408,
        "The body took too long",
        "The body did not arrive within 10 seconds.",
    ),
    (
        "customer_already_exists",
        409,
        "The customer already exists",
        "Another customer of this tenant holds a value that must be unique.",
    ),
    (
        "idempotency_in_progress",
        409,
        "The first request is still running",
        "A request with this idempotency key is being carried out.",
    ),
    (
        "invalid_transition",
        409,
        "The status rules forbid this",
        "The customer's present status does not allow this.",
    ),
    (
        "retention_period",
        409,
        "The customer may not be erased yet",
        "This deployment keeps rejected and closed customers for a time before they may be erased.",
    ),
    (
        "customer_erased",
        410,
        "The customer was erased",
        "This customer was erased for good.",
    ),
    (
        "version_mismatch",
        412,
        "The resource has another version",
        "The header If-Match must hold the resource's present ETag with its quotation marks.",
    ),
    (
        "payload_too_large",
        413,
        "The body is too large",
        "The body is larger than 64 KiB.",
    ),
    (
        "unsupported_media_type",
        415,
        "The body's media type is not supported",
        "The body must be application/json in UTF-8 without a content coding.",
    ),
    (
        "invalid_fields",
        422,
        "Values are not valid",
        "The request has the right shape, but values in it break their rules.",
    ),
    (
        "idempotency_key_reused",
        422,
        "The idempotency key belongs to another request",
        "This idempotency key came before, with a request that was not the same.",
    ),
    (
        "version_required",
        428,
        "A change must name a version",
        "The header If-Match is missing.",
    ),
    (
        "rate_limited",
        429,
        "Too many requests",
        "This API key has used up its requests for the moment.",
    ),
    (
        "internal",
        500,
        "Something went wrong here",
        "The service met a defect of its own.",
    ),
    (
        "unavailable",
        503,
        "The service cannot do this at the moment",
        "The store is out of reach, is full or did not answer in time.",
    ),
];

/// Messages of field codes.
const MESSAGES: [(&str, &str); 17] = [
    ("missing", "is required"),
    (
        "wrong_type",
        "must have the JSON type that the documentation names",
    ),
    (
        "unknown_field",
        "must not be sent: there is no such member here",
    ),
    ("duplicate_field", "must come only once"),
    (
        "unknown_parameter",
        "must not be sent: there is no such parameter here",
    ),
    ("duplicate_parameter", "must come only once"),
    (
        "invalid_parameter",
        "must have a value that the documentation of this parameter allows",
    ),
    ("blank", "must not be blank"),
    (
        "invalid_character",
        "must hold no control, invisible or private-use characters, must not begin with a combining mark and must have at most 4 of them in a row",
    ),
    (
        "invalid_email",
        "must be an email address in ASCII, such as ada@example.com",
    ),
    (
        "invalid_phone",
        "must be a valid phone number with + and its country code",
    ),
    ("unknown_type", "must be `individual` or `business`"),
    (
        "invalid_zip_code",
        "must hold only the letters A to Z, digits, spaces and hyphens, at least one of them a letter or a digit",
    ),
    (
        "unknown_country",
        "must be an assigned ISO 3166-1 alpha-2 country code in upper case, such as NG",
    ),
    (
        "invalid_external_id",
        "must hold printable ASCII characters only",
    ),
    (
        "invalid_decision_id",
        "must hold printable ASCII characters only",
    ),
    (
        "invalid_metadata",
        "must be within the limits of metadata: 50 members and 16 KiB in total, names of 1 to 40 characters of A-Z, a-z, 0-9, _ . and -, values of at most 500 characters without U+0000",
    ),
];

/// The longest value of a field, in characters.
const LONGEST: [(&str, usize); 10] = [
    ("/first_name", 100),
    ("/last_name", 100),
    ("/external_id", 255),
    ("/billing_address/line1", 200),
    ("/billing_address/line2", 200),
    ("/billing_address/city", 100),
    ("/billing_address/state", 100),
    ("/billing_address/zip_code", 16),
    ("/reason", 500),
    ("/decision_id", 255),
];

/// Returns the message of a field code at this pointer.
#[track_caller]
fn message(pointer: &str, code: &str) -> String {
    if code == "too_long" {
        let (_, most) = LONGEST
            .into_iter()
            .find(|(known, _)| *known == pointer)
            .unwrap_or_else(|| panic!("{pointer} has no longest value"));
        return format!("must be 1 to {most} characters");
    }
    let (_, message) = MESSAGES
        .into_iter()
        .find(|(known, _)| *known == code)
        .unwrap_or_else(|| panic!("no field code is called {code}"));
    message.to_owned()
}

/// Returns the problem with this code, without members that only some problems have.
#[track_caller]
pub fn problem(code: &str) -> Value {
    let (_, status, title, detail) = PROBLEMS
        .into_iter()
        .find(|(known, ..)| *known == code)
        .unwrap_or_else(|| panic!("no problem is called {code}"));
    json!({
        "type": format!("/problems/{code}"),
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": REQUEST_ID,
    })
}

/// Returns the member `errors` for these pointers and codes, ordered by pointer.
#[track_caller]
pub fn errors(places: &[(&str, &str)]) -> Value {
    let mut errors: Vec<Value> = places
        .iter()
        .map(|(pointer, code)| {
            json!({"pointer": pointer, "code": code, "message": message(pointer, code)})
        })
        .collect();
    errors.sort_by_key(|error| error["pointer"].to_string());
    Value::Array(errors)
}
