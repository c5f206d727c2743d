//! Strict JSON, read once.
//!
//! serde's derive alone takes an array for a struct, keeps one of two equal keys and stops at the
//! first fault. Here the body becomes a [`Tree`] that keeps everything, a [`reader`] lays the tree
//! against a request type and notes every misfit with its pointer, and a [`Field`] hands each string
//! to the domain while it is read. Shape faults come back together, and when there are none, value
//! faults do.

mod body;
mod edit;
mod field;
mod numbers;
mod reader;
mod tree;

pub use body::{Document, JsonBody};
pub use edit::{EditField, present};
pub use field::Field;
