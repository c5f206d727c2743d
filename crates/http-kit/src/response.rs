//! The envelopes of responses.
//!
//! In the OpenAPI document `Data<T>` is called `TResponse`, and `Listing<T>` is called `TPage`.

use serde::Serialize;
use utoipa::ToSchema;

/// The envelope of a single resource.
#[derive(Serialize, ToSchema)]
pub struct Data<T> {
    /// Content of the response.
    pub data: T,
}

/// The request could be executed now. Nothing was written.
#[derive(Clone, Copy, Serialize, ToSchema)]
pub struct Validity {
    /// Always `true`.
    #[schema(example = true)]
    valid: bool,
}

/// The response to a request that was only checked and could be executed now.
pub const VALID: Data<Validity> = Data {
    data: Validity { valid: true },
};

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub struct Listing<T> {
    /// Items of the page.
    pub data: Vec<T>,
    /// How to continue.
    pub meta: PageMeta,
}

/// How to continue after a page.
#[derive(Serialize, ToSchema)]
pub struct PageMeta {
    /// Value of `cursor` for the next page; null on the last page.
    #[schema(required = true)]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    pub has_more: bool,
}
