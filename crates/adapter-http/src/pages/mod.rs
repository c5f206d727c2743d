//! What needs no key: health, the OpenAPI document, the page to try the API, the pages on problems.

pub(crate) mod document;
pub(crate) mod health;
pub(crate) mod problems;
pub(crate) mod try_it;
