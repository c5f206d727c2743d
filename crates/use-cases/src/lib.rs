//! The application services, one file per use case.
//!
//! A use case loads a customer, calls the aggregate, and stores the result through a port. It never checks
//! a status itself. This crate has no HTTP, no SQL and no runtime. Each use case of customers is a method of
//! [`CustomerService`].

mod api_key_secret;
mod authenticate;
mod caller;
mod create_customer;
mod erase_customer;
mod expected_version;
mod get_customer;
mod get_history;
mod idempotency_key;
mod list_customers;
mod manage_api_keys;
mod read_events;
mod service;
mod transition_customer;
mod update_customer;

pub use api_key_secret::{ApiKeySecret, MalformedApiKey};
pub use authenticate::{AuthenticationError, authenticate};
pub use caller::Caller;
pub use create_customer::{CreateCustomerError, CreatedCustomer, RepeatableRequest};
pub use erase_customer::{EraseCustomerError, ErasureReceipt};
pub use expected_version::ExpectedVersion;
pub use get_customer::GetCustomerError;
pub use idempotency_key::{IdempotencyKey, InvalidIdempotencyKey};
pub use manage_api_keys::{ApiKeyService, IssueApiKeyError, IssuedApiKey};
pub use read_events::{EventService, ReadEventsError};
pub use service::CustomerService;
pub use transition_customer::{DecidedCustomer, Decision, TransitionCustomerError};
pub use update_customer::UpdateCustomerError;

#[cfg(test)]
mod fixtures;
