//! The HTTP face of the core: routes, requests and answers, problems, the OpenAPI document, and the
//! connections that carry them.
//!
//! It translates between HTTP and the use cases and decides nothing about customers. It knows no
//! database; what it needs of the world it gets as ports.

mod answer_budget;
mod api;
mod auth;
mod conditional;
mod cursor;
mod customers;
mod exchange;
mod headers;
mod idempotency;
mod json;
pub mod metrics_page;
mod negotiation;
mod openapi;
mod pages;
mod path;
mod problem;
mod query;
pub mod server;
mod timestamp;
mod trace;

pub use api::Api;
pub use openapi::document as openapi_document;
pub use trace::{JoinTrace, REQUEST_SPAN};
