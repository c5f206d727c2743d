use http::StatusCode;

/// Every problem that this service answers with. The code is public and never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemCode {
    /// The body is not JSON.
    MalformedJson,
    /// The body or the query has the wrong shape.
    InvalidRequest,
    /// The idempotency key is not one.
    IdempotencyKeyInvalid,
    /// The caller did not say who it is, or is not known.
    Unauthorized,
    /// The caller's key may not do this.
    InsufficientScope,
    /// There is nothing here.
    NotFound,
    /// The route exists, but not for this method.
    MethodNotAllowed,
    /// The caller wants another format than there is.
    NotAcceptable,
    /// The body took too long.
    RequestTimeout,
    /// What is unique is taken.
    CustomerAlreadyExists,
    /// The first request of this idempotency key is still running.
    IdempotencyInProgress,
    /// The status rules forbid it.
    InvalidTransition,
    /// The customer is in another version.
    VersionMismatch,
    /// The body is too large.
    PayloadTooLarge,
    /// The body's format is not the one that is read here.
    UnsupportedMediaType,
    /// Values are wrong.
    InvalidFields,
    /// The idempotency key came with another request.
    IdempotencyKeyReused,
    /// A change names no version.
    VersionRequired,
    /// Too many requests.
    RateLimited,
    /// A defect of this service.
    Internal,
    /// The store cannot be used now.
    Unavailable,
}

/// A row of the table.
struct Entry {
    problem: ProblemCode,
    code: &'static str,
    status: StatusCode,
    title: &'static str,
    detail: &'static str,
    help: &'static str,
}

impl ProblemCode {
    /// Every problem, in the order of their statuses.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|entry| entry.problem)
    }

    /// The public code.
    pub const fn as_str(self) -> &'static str {
        self.entry().code
    }

    /// The HTTP status.
    pub const fn status(self) -> StatusCode {
        self.entry().status
    }

    /// What happened, in a few words.
    pub const fn title(self) -> &'static str {
        self.entry().title
    }

    /// What happened, in a sentence.
    pub const fn detail(self) -> &'static str {
        self.entry().detail
    }

    /// What the caller can do about it.
    pub const fn help(self) -> &'static str {
        self.entry().help
    }

    /// The problem of that public code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::all().find(|known| known.as_str() == code)
    }

    /// After how many seconds the same request may succeed, where that can be said beforehand.
    pub const fn retry_after_seconds(self) -> Option<u32> {
        match self {
            Self::IdempotencyInProgress | Self::Unavailable | Self::RateLimited => Some(1),
            _ => None,
        }
    }

    const fn entry(self) -> &'static Entry {
        // The table is in the order of the variants; a test holds it to that.
        &TABLE[self as usize]
    }
}

/// The table of problems, in the order of their statuses.
const TABLE: [Entry; 21] = [
    Entry {
        problem: ProblemCode::MalformedJson,
        code: "malformed_json",
        status: StatusCode::BAD_REQUEST,
        title: "The body is not JSON",
        detail: "The body could not be read as one JSON value in UTF-8.",
        help: "Send exactly one JSON value in UTF-8 without a byte order mark, nested at most 127 deep. Check that the body was not cut off and that nothing follows it.",
    },
    Entry {
        problem: ProblemCode::InvalidRequest,
        code: "invalid_request",
        status: StatusCode::BAD_REQUEST,
        title: "The request has the wrong shape",
        detail: "Members or parameters are missing, unknown, repeated or of the wrong type.",
        help: "`errors` lists every place at fault by its JSON pointer. Required members must be present and not null, no member or parameter may be unknown or repeated, and each must have its documented type.",
    },
    Entry {
        problem: ProblemCode::IdempotencyKeyInvalid,
        code: "idempotency_key_invalid",
        status: StatusCode::BAD_REQUEST,
        title: "The idempotency key is not valid",
        detail: "The header Idempotency-Key must come once and hold 1 to 255 printable ASCII characters.",
        help: "Send the header once, with a value that is unique to the request you want carried out once; a random UUID does well.",
    },
    Entry {
        problem: ProblemCode::Unauthorized,
        code: "unauthorized",
        status: StatusCode::UNAUTHORIZED,
        title: "A valid API key is required",
        detail: "The request carries no API key that is valid now.",
        help: "Send `Authorization: Bearer <key>` once, with a key that was made for this deployment and is neither expired nor revoked.",
    },
    Entry {
        problem: ProblemCode::InsufficientScope,
        code: "insufficient_scope",
        status: StatusCode::FORBIDDEN,
        title: "The API key may not do this",
        detail: "The API key is valid, but lacks the scope that this needs.",
        help: "Use a key with the scope that the documentation of the route names, or ask your operator for one.",
    },
    Entry {
        problem: ProblemCode::NotFound,
        code: "not_found",
        status: StatusCode::NOT_FOUND,
        title: "Not found",
        detail: "There is no such route, or no such customer.",
        help: "Check the path, which is compared exactly and takes no trailing slash, and the id, which is a lower-case hyphenated UUID of a customer of your own tenant.",
    },
    Entry {
        problem: ProblemCode::MethodNotAllowed,
        code: "method_not_allowed",
        status: StatusCode::METHOD_NOT_ALLOWED,
        title: "The method is not allowed here",
        detail: "The route exists, but not for this method.",
        help: "Use one of the methods in the header Allow.",
    },
    Entry {
        problem: ProblemCode::NotAcceptable,
        code: "not_acceptable",
        status: StatusCode::NOT_ACCEPTABLE,
        title: "Only JSON can be answered",
        detail: "The header Accept excludes application/json.",
        help: "Leave the header out, or let it cover application/json.",
    },
    Entry {
        problem: ProblemCode::RequestTimeout,
        code: "request_timeout",
        status: StatusCode::REQUEST_TIMEOUT,
        title: "The body took too long",
        detail: "The body did not arrive within 10 seconds.",
        help: "Send the request again on a new connection. With the same idempotency key it is carried out once.",
    },
    Entry {
        problem: ProblemCode::CustomerAlreadyExists,
        code: "customer_already_exists",
        status: StatusCode::CONFLICT,
        title: "The customer already exists",
        detail: "Another customer of this tenant holds a value that must be unique.",
        help: "`conflict` names the field and the customer that holds its value. Use that customer, or send another value.",
    },
    Entry {
        problem: ProblemCode::IdempotencyInProgress,
        code: "idempotency_in_progress",
        status: StatusCode::CONFLICT,
        title: "The first request is still running",
        detail: "A request with this idempotency key is being carried out.",
        help: "Send the same request again after the seconds in Retry-After; it then gets the first one's answer.",
    },
    Entry {
        problem: ProblemCode::InvalidTransition,
        code: "invalid_transition",
        status: StatusCode::CONFLICT,
        title: "The status rules forbid this",
        detail: "The customer's present status does not allow this.",
        help: "`transition` names the present status, the status that was asked for and the verbs that are allowed now. `GET /statuses` shows all the rules. The data of a rejected or closed customer cannot be edited.",
    },
    Entry {
        problem: ProblemCode::VersionMismatch,
        code: "version_mismatch",
        status: StatusCode::PRECONDITION_FAILED,
        title: "The customer has another version",
        detail: "The header If-Match does not name the customer's present version.",
        help: "Read the customer again, decide on what it is now, and send its `ETag` as `If-Match`: exactly one strong tag.",
    },
    Entry {
        problem: ProblemCode::PayloadTooLarge,
        code: "payload_too_large",
        status: StatusCode::PAYLOAD_TOO_LARGE,
        title: "The body is too large",
        detail: "The body is larger than 64 KiB.",
        help: "Send less: no valid request comes near this limit.",
    },
    Entry {
        problem: ProblemCode::UnsupportedMediaType,
        code: "unsupported_media_type",
        status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
        title: "The body's media type is not supported",
        detail: "The body must be application/json in UTF-8 without a content coding.",
        help: "Send `Content-Type: application/json`, optionally with `charset=utf-8`, and no Content-Encoding.",
    },
    Entry {
        problem: ProblemCode::InvalidFields,
        code: "invalid_fields",
        status: StatusCode::UNPROCESSABLE_ENTITY,
        title: "Values are not valid",
        detail: "The request has the right shape, but values in it break their rules.",
        help: "`errors` lists every value at fault by its JSON pointer, with a code and the rule that it breaks.",
    },
    Entry {
        problem: ProblemCode::IdempotencyKeyReused,
        code: "idempotency_key_reused",
        status: StatusCode::UNPROCESSABLE_ENTITY,
        title: "The idempotency key belongs to another request",
        detail: "This idempotency key came before, with a request that was not the same.",
        help: "Use a new key for a new request. To repeat a request, send the same JSON value as the first time.",
    },
    Entry {
        problem: ProblemCode::VersionRequired,
        code: "version_required",
        status: StatusCode::PRECONDITION_REQUIRED,
        title: "A change must name a version",
        detail: "The header If-Match is missing.",
        help: "Read the customer and send its `ETag` as `If-Match`, so that a change which you have not seen is never undone.",
    },
    Entry {
        problem: ProblemCode::RateLimited,
        code: "rate_limited",
        status: StatusCode::TOO_MANY_REQUESTS,
        title: "Too many requests",
        detail: "This API key has used up its requests for the moment.",
        help: "Wait for the seconds in Retry-After, and spread requests out.",
    },
    Entry {
        problem: ProblemCode::Internal,
        code: "internal",
        status: StatusCode::INTERNAL_SERVER_ERROR,
        title: "Something went wrong here",
        detail: "The service met a defect of its own.",
        help: "Report it with the `request_id`. A request with an idempotency key may be sent again safely.",
    },
    Entry {
        problem: ProblemCode::Unavailable,
        code: "unavailable",
        status: StatusCode::SERVICE_UNAVAILABLE,
        title: "The service cannot do this at the moment",
        detail: "The store is out of reach, is full or did not answer in time.",
        help: "Send the request again after the seconds in Retry-After. Whether it was carried out may be unknown: with the same idempotency key it is carried out once.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_variants_and_of_statuses() {
        for (position, code) in ProblemCode::all().enumerate() {
            assert_eq!(code as usize, position);
        }
        assert!(TABLE.is_sorted_by_key(|entry| entry.status));
    }

    #[test]
    fn codes_are_unique_and_read_back() {
        for code in ProblemCode::all() {
            assert_eq!(ProblemCode::from_code(code.as_str()), Some(code));
        }
        assert_eq!(ProblemCode::from_code("nonsense"), None);
    }
}
