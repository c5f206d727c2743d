//! The routes under `/customers`: one file a route, and what they share.

pub(crate) mod create;
pub(crate) mod get;
mod request;
mod view;
