//! The routes of customers: one file a route, and what they share.

pub(crate) mod create;
pub(crate) mod decide;
mod edit_request;
pub(crate) mod get;
pub(crate) mod history;
pub(crate) mod list;
mod list_query;
mod metadata;
mod path;
mod problems;
mod request;
pub(crate) mod statuses;
pub(crate) mod update;
mod view;
