//! What the HTTP routes of any module need.
//!
//! Strict JSON, problems (RFC 9457), API keys with scopes, content negotiation, query parameters, conditional
//! requests, pages and cursors, idempotency keys, a budget for responses, the request log, and the connections that
//! carry all of it. This crate has no route of its own but health, documentation and the pages on problems. It knows
//! no customer and no database.

pub mod auth;
pub mod conditional;
pub mod cursor;
pub mod headers;
pub mod idempotency;
pub mod json;
mod log_limit;
pub mod metrics_server;
pub mod negotiation;
pub mod openapi;
mod pages;
pub mod path;
pub mod problem;
pub mod query;
mod request_log;
pub mod response_budget;
pub mod server;
pub mod service;
pub mod state;
pub mod timestamp;
mod trace;

pub use state::{HttpConfig, HttpState};
pub use trace::{JoinTrace, REQUEST_SPAN};
