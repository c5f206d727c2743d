//! What needs no key: health, the OpenAPI document, the page to try the API, the pages on problems.

pub mod document;
pub mod health;
pub mod problems;
pub mod try_it;
