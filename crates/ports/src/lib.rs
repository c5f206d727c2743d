//! What the core asks of the world: stores, ids and the time.
//!
//! Each port is a trait behind `Arc<dyn …>`; its documentation states what an adapter MUST do. This
//! crate knows no technology: no SQL, no HTTP, no runtime. One call of a repository is one
//! transaction, and no transaction leaves it.
//!
//! An adapter that takes on [`CustomerRepository`] and the rest proves itself by the contract suite
//! in `customers-test-support`. Mocks of every port are behind the feature `mocks`.

mod api_keys;
mod conflict;
mod customers;
mod error;
mod first_answer;
mod generators;
mod health;
mod idempotency;
mod master_key;
mod reading;

pub use api_keys::{ApiKeyListing, ApiKeyRepository, Issued, Revocation};
pub use conflict::{Conflict, UniqueField};
pub use customers::{
    CreateOutcome, Creation, CustomerRepository, DecisionOutcome, EditOutcome, RecordedDecision,
};
pub use error::StoreError;
pub use first_answer::FirstAnswer;
pub use generators::{Clock, IdGenerator};
pub use health::StoreHealth;
pub use idempotency::{EarlierRequest, IdempotencyClaim, IdempotencyRecords, RecordedOutcome};
pub use master_key::{MasterKey, MasterKeyError, SecretKey, WrappedKey};
pub use reading::{CustomerFilter, HistoryQuery, ListOrder, ListQuery, Page};

#[cfg(feature = "mocks")]
pub use {
    api_keys::MockApiKeyRepository,
    customers::MockCustomerRepository,
    generators::{MockClock, MockIdGenerator},
    health::MockStoreHealth,
    idempotency::MockIdempotencyRecords,
    master_key::MockMasterKey,
};
