//! The application services: what callers can ask of the core, one file a use case.
//!
//! A use case loads, asks the aggregate, and stores through a port; it never decides by a status
//! itself. It knows no HTTP, no SQL and no runtime. [`CustomerService`] is what the drivers of the
//! core hold: each use case is a method on it.

mod api_key_secret;
mod authenticate;
mod caller;
mod create_customer;
mod expected_version;
mod get_customer;
mod get_history;
mod idempotency_key;
mod list_customers;
mod manage_api_keys;
mod service;
mod transition_customer;
mod update_customer;

pub use api_key_secret::{ApiKeySecret, MalformedApiKey};
pub use authenticate::{AuthenticationError, authenticate};
pub use caller::Caller;
pub use create_customer::{CreateCustomerError, CreatedCustomer, RepeatableRequest};
pub use expected_version::ExpectedVersion;
pub use get_customer::GetCustomerError;
pub use idempotency_key::{IdempotencyKey, InvalidIdempotencyKey};
pub use manage_api_keys::{ApiKeyService, IssueApiKeyError, IssuedApiKey};
pub use service::CustomerService;
pub use transition_customer::{DecidedCustomer, Decision, TransitionCustomerError};
pub use update_customer::UpdateCustomerError;

#[cfg(test)]
mod fixtures;
