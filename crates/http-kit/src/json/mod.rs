//! Strict JSON, read once.
//!
//! serde's derive alone takes an array for a struct, keeps one of two equal keys and stops at the first fault. Here the
//! body becomes a tree that keeps everything, a reader lays the tree against a request type and notes every misfit
//! with its pointer, and a [`Field`] hands each string to the domain while it is read. Shape faults come back together,
//! and when there are none, value faults do.
//!
//! A module's request type derives `Deserialize` and garde's `Validate` with [`Faults`] as its context, and implements
//! [`RequestBody`]:
//!
//! ```
//! use customers_domain::{Parse, PersonName};
//! use customers_http_kit::json::{Faults, Field, Refused, RequestBody};
//!
//! #[derive(serde::Deserialize, garde::Validate)]
//! #[serde(deny_unknown_fields)]
//! #[garde(context(Faults))]
//! struct RenameRequest {
//!     #[garde(dive)]
//!     name: Field<PersonName>,
//! }
//!
//! impl RequestBody for RenameRequest {
//!     type Value = PersonName;
//!
//!     fn into_value(self) -> Result<PersonName, Refused> {
//!         self.name.into_valid()
//!     }
//! }
//! ```

mod body;
mod edit;
mod faults;
mod field;
mod numbers;
mod reader;
mod request;
mod tree;

pub use body::{Document, JsonBody};
pub use edit::{EditField, present};
pub use faults::Faults;
pub use field::{Field, NumberField};
pub use numbers::Number;
pub use request::{Refused, RequestBody};
