//! The HTTP face of customers: routes, requests and responses, problems, the OpenAPI document.
//!
//! It translates between HTTP and the use cases and decides nothing about customers. What it shares with the
//! routes of other modules is in `customers-http-kit`. It knows no database.

mod api;
mod customers;
mod openapi;
mod state;

pub use api::Api;
pub use openapi::document as openapi_document;
