//! The kinds of problems that every module shares.

use http::StatusCode;

use super::kind::{FieldExample, ProblemKind};

/// The body is not JSON.
pub static MALFORMED_JSON: ProblemKind = ProblemKind::new("malformed_json", StatusCode::BAD_REQUEST, "The body is not JSON")
    .detail("The body could not be read as one JSON value in UTF-8.")
    .help("Send exactly one JSON value in UTF-8 without a byte order mark, nested at most 127 deep. Check that the body was not cut off and that nothing follows it.");

/// The body or the query has the wrong shape.
pub static INVALID_REQUEST: ProblemKind = ProblemKind::new("invalid_request", StatusCode::BAD_REQUEST, "The request has the wrong shape")
    .detail("Members or parameters are missing, unknown, repeated or of the wrong type; or the request does not name one host or frame its body as HTTP/1.1 requires.")
    .help("`errors` lists every place at fault by its JSON pointer. Where there is none, the request itself is: over HTTP/1.1 it needs exactly one valid `Host`, its target is a path or an `http` URI, and its body has either a `Content-Length` or `Transfer-Encoding: chunked` alone. Required members must be present and not null, no member or parameter may be unknown or repeated, and each must have its documented type.")
    .example(FieldExample { pointer: "/name", code: "missing", message: "is required" });

/// The header `Idempotency-Key` holds no idempotency key.
pub static IDEMPOTENCY_KEY_INVALID: ProblemKind = ProblemKind::new("idempotency_key_invalid", StatusCode::BAD_REQUEST, "The idempotency key is not valid")
    .detail("The header Idempotency-Key must come once and hold 1 to 255 printable ASCII characters.")
    .help("Send the header once, with a value that is unique to the request you want carried out once; a random UUID does well.");

/// The client presents no API key that is valid.
pub static UNAUTHORIZED: ProblemKind = ProblemKind::new("unauthorized", StatusCode::UNAUTHORIZED, "A valid API key is required")
    .detail("The request carries no API key that is valid now.")
    .help("Send `Authorization: Bearer <key>` once, with a key that was made for this deployment and is neither expired nor revoked.")
    .header("WWW-Authenticate", "The challenge (RFC 6750).");

/// The API key lacks the scope.
pub static INSUFFICIENT_SCOPE: ProblemKind = ProblemKind::new("insufficient_scope", StatusCode::FORBIDDEN, "The API key may not do this")
    .detail("The API key is valid, but lacks the scope that this needs.")
    .help("Use a key with the scope that the documentation of the route names, or ask your operator for one.");

/// There is no such route or resource.
pub static NOT_FOUND: ProblemKind = ProblemKind::new("not_found", StatusCode::NOT_FOUND, "Not found")
    .detail("There is no such route or resource.")
    .help("Check the path, which is compared exactly and takes no trailing slash, and the id, which is a lower-case hyphenated UUID of a resource of your own tenant.");

/// The route exists, but not for this method.
pub static METHOD_NOT_ALLOWED: ProblemKind = ProblemKind::new(
    "method_not_allowed",
    StatusCode::METHOD_NOT_ALLOWED,
    "The method is not allowed here",
)
.detail("The route exists, but not for this method.")
.help("Use one of the methods in the header Allow.")
.header("Allow", "The methods that are allowed here.");

/// The client accepts no JSON.
pub static NOT_ACCEPTABLE: ProblemKind = ProblemKind::new(
    "not_acceptable",
    StatusCode::NOT_ACCEPTABLE,
    "Only JSON can be answered",
)
.detail("The header Accept excludes application/json.")
.help("Leave the header out, or let it cover application/json.");

/// The body took too long.
pub static REQUEST_TIMEOUT: ProblemKind = ProblemKind::new("request_timeout", StatusCode::REQUEST_TIMEOUT, "The body took too long")
    .detail("The body did not arrive within 10 seconds.")
    .help("Send the request again on a new connection. With the same idempotency key it is carried out once.");

/// The first request with this idempotency key is still running.
pub static IDEMPOTENCY_IN_PROGRESS: ProblemKind = ProblemKind::new("idempotency_in_progress", StatusCode::CONFLICT, "The first request is still running")
    .detail("A request with this idempotency key is being carried out.")
    .help("Send the same request again after the seconds in Retry-After; it then gets the first one's answer.")
    .retry_after(1);

/// The resource has another version than `If-Match` names.
pub static VERSION_MISMATCH: ProblemKind = ProblemKind::new("version_mismatch", StatusCode::PRECONDITION_FAILED, "The resource has another version")
    .detail("The header If-Match must hold the resource's present ETag with its quotation marks.")
    .help("Read the resource again, decide on what it is now, and send its `ETag` as `If-Match`: exactly one strong tag.");

/// The body is too large.
pub static PAYLOAD_TOO_LARGE: ProblemKind = ProblemKind::new(
    "payload_too_large",
    StatusCode::PAYLOAD_TOO_LARGE,
    "The body is too large",
)
.detail("The body is larger than 64 KiB.")
.help("Send less: no valid request comes near this limit.");

/// The body has another media type than the route reads.
pub static UNSUPPORTED_MEDIA_TYPE: ProblemKind = ProblemKind::new("unsupported_media_type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body's media type is not supported")
    .detail("The body must be application/json in UTF-8 without a content coding.")
    .help("Send `Content-Type: application/json`, optionally with `charset=utf-8`, and no Content-Encoding.")
    .header("Accept", "The media type that is read here.");

/// Values are wrong.
pub static INVALID_FIELDS: ProblemKind = ProblemKind::new("invalid_fields", StatusCode::UNPROCESSABLE_ENTITY, "Values are not valid")
    .detail("The request has the right shape, but values in it break their rules.")
    .help("`errors` lists every value at fault by its JSON pointer, with a code and the rule that it breaks.")
    .example(FieldExample { pointer: "/name", code: "blank", message: "must not be blank" });

/// The idempotency key came with another request.
pub static IDEMPOTENCY_KEY_REUSED: ProblemKind = ProblemKind::new("idempotency_key_reused", StatusCode::UNPROCESSABLE_ENTITY, "The idempotency key belongs to another request")
    .detail("This idempotency key came before, with a request that was not the same.")
    .help("Use a new key for a new request. To repeat a request, send the same JSON value as the first time.");

/// A change names no version.
pub static VERSION_REQUIRED: ProblemKind = ProblemKind::new("version_required", StatusCode::PRECONDITION_REQUIRED, "A change must name a version")
    .detail("The header If-Match is missing.")
    .help("Read the resource and send its `ETag` as `If-Match`, so that a change which you have not seen is never undone.");

/// Too many requests.
pub static RATE_LIMITED: ProblemKind = ProblemKind::new(
    "rate_limited",
    StatusCode::TOO_MANY_REQUESTS,
    "Too many requests",
)
.detail("This API key has used up its requests for the moment.")
.help("Wait for the seconds in Retry-After, and spread requests out.")
.retry_after(1);

/// A defect of this service.
pub static INTERNAL: ProblemKind = ProblemKind::new(
    "internal",
    StatusCode::INTERNAL_SERVER_ERROR,
    "Something went wrong here",
)
.detail("The service met a defect of its own.")
.help(
    "Report it with the `request_id`. A request with an idempotency key may be sent again safely.",
);

/// The store cannot be used now.
pub static UNAVAILABLE: ProblemKind = ProblemKind::new("unavailable", StatusCode::SERVICE_UNAVAILABLE, "The service cannot do this at the moment")
    .detail("The store is out of reach, is full or did not answer in time.")
    .help("Send the request again after the seconds in Retry-After. Whether it was carried out may be unknown: with the same idempotency key it is carried out once.")
    .retry_after(1);

/// Every kind of this module, in the order of their statuses.
pub static ALL: [&ProblemKind; 19] = [
    &MALFORMED_JSON,
    &INVALID_REQUEST,
    &IDEMPOTENCY_KEY_INVALID,
    &UNAUTHORIZED,
    &INSUFFICIENT_SCOPE,
    &NOT_FOUND,
    &METHOD_NOT_ALLOWED,
    &NOT_ACCEPTABLE,
    &REQUEST_TIMEOUT,
    &IDEMPOTENCY_IN_PROGRESS,
    &VERSION_MISMATCH,
    &PAYLOAD_TOO_LARGE,
    &UNSUPPORTED_MEDIA_TYPE,
    &INVALID_FIELDS,
    &IDEMPOTENCY_KEY_REUSED,
    &VERSION_REQUIRED,
    &RATE_LIMITED,
    &INTERNAL,
    &UNAVAILABLE,
];
