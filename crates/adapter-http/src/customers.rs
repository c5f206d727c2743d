//! The routes of customers: one file a route, with its request, its response and its problems, and what they share.

pub(crate) mod create;
pub(crate) mod decide;
pub(crate) mod erase;
mod expected_version;
pub(crate) mod get;
pub(crate) mod history;
pub(crate) mod list;
mod list_query;
mod metadata;
mod path;
pub(crate) mod problems;
pub(crate) mod scopes;
pub(crate) mod statuses;
pub(crate) mod update;
pub(crate) mod view;
