//! Strict JSON.
//!
//! serde's derive alone accepts an array for a struct, keeps one of two equal keys and stops at the first error. Here
//! the body becomes a tree that keeps everything. A reader deserializes the tree into a request type and records every
//! shape error with its pointer. A [`Field`] passes each string to the domain while it is read. All shape errors are
//! returned together; if there are none, all value faults are.
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
