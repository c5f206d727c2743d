//! The customers' routes: requests, responses, problems and their part of the OpenAPI document.
//!
//! They translate between HTTP and the use cases and decide nothing about customers. What they share with the routes of
//! other modules is in `customers-http-kit`. They know no database.

mod customers;
mod decisions;
mod events;
mod guide;
mod module;
mod state;
mod status_picture;

pub use events::{EventsState, events_module, serving_events};
pub use module::{SERVICE_INFO, module, serving};
pub use state::CustomersState;
