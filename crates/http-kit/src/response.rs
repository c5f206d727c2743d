//! The envelopes of responses.

use serde::Serialize;
use utoipa::ToSchema;

/// Envelope of a single resource.
#[derive(Serialize, ToSchema)]
pub struct Data<T> {
    /// The resource.
    pub data: T,
}

/// Result of a request that was only validated.
#[derive(Clone, Copy, Serialize, ToSchema)]
pub struct Validity {
    /// Always `true`.
    valid: bool,
}

/// The response to a valid request that was only validated.
pub const VALID: Data<Validity> = Data {
    data: Validity { valid: true },
};

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub struct Listing<T> {
    /// The items of the page.
    pub data: Vec<T>,
    /// Position in the list.
    pub meta: PageMeta,
}

/// Position in a list.
#[derive(Serialize, ToSchema)]
pub struct PageMeta {
    /// The value of `cursor` for the next page; null on the last page.
    #[schema(required = true)]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    pub has_more: bool,
}
