//! Infrastructure for the HTTP routes of any module.
//!
//! It provides strict JSON, problems (RFC 9457), API keys with scopes, content negotiation, query parameters,
//! conditional requests, pages and cursors, idempotency keys, a memory budget for responses, the request log, and the
//! HTTP listener. Its own routes are health, documentation and the pages on problems. It must not know customers or
//! databases.
//!
//! A [`Module`](module::Module) consists of routes and their declarations: scopes, problems and field codes. A
//! [`Service`](service::Service) combines modules.

pub mod auth;
mod catalog;
pub mod conditional;
mod contract;
pub mod cursor;
mod duplicates;
pub mod field_code;
mod framing;
pub mod headers;
pub mod idempotency;
pub mod json;
mod key_cache;
mod log_limit;
mod method;
pub mod metrics_server;
pub mod module;
pub mod negotiation;
pub mod openapi;
mod pages;
mod parameters;
pub mod path;
pub mod problem;
pub mod query;
mod rate_limit;
mod request_log;
pub mod response;
pub mod response_budget;
pub mod schema_names;
pub mod server;
pub mod service;
mod service_info;
mod state;
pub mod timestamp;
mod trace;

pub use catalog::Catalog;
pub use duplicates::DuplicateDeclaration;
pub use service_info::ServiceInfo;
pub use state::HttpState;
pub use trace::{JoinTrace, REQUEST_SPAN};
#[doc(hidden)]
pub use utoipa;
