//! The envelopes of responses.

use serde::Serialize;
use utoipa::ToSchema;

/// What a single resource is wrapped in.
#[derive(Serialize, ToSchema)]
pub struct Data<T> {
    /// The resource.
    pub data: T,
}

/// Everything is in order, and nothing was written.
#[derive(Clone, Copy, Serialize, ToSchema)]
pub struct Validity {
    /// `true`.
    valid: bool,
}

/// The response to a request that was only to be checked, and could be carried out now.
pub const VALID: Data<Validity> = Data {
    data: Validity { valid: true },
};

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub struct Listing<T> {
    /// What is on the page.
    pub data: Vec<T>,
    /// How to go on.
    pub meta: PageMeta,
}

/// How to go on after a page.
#[derive(Serialize, ToSchema)]
pub struct PageMeta {
    /// What to send as `cursor` for the next page; null on the last one.
    #[schema(required = true)]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    pub has_more: bool,
}
