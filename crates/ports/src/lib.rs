//! What the core asks of the world: stores, ids and the time.
//!
//! Each port is a trait behind `Arc<dyn …>`; its documentation states what an adapter MUST do. This
//! crate knows no technology: no SQL, no HTTP, no runtime. One call of a repository is one
//! transaction, and no transaction leaves it.
//!
//! An adapter that takes on [`CustomerRepository`] and the rest proves itself by the contract suite
//! in `customers-test-support`. Mocks of every port are behind the feature `mocks`.

mod api_keys;
mod customers;
mod error;
mod generators;
mod idempotency;
mod master_key;
mod reading;

pub use api_keys::{ApiKeyListing, ApiKeyRepository, Issued, Revocation};
pub use customers::{
    Conflict, CreateOutcome, Creation, CustomerRepository, FirstAnswer, RecordedDecision,
    UniqueField, Update, UpdateOutcome,
};
pub use error::StoreError;
pub use generators::{Clock, IdGenerator};
pub use idempotency::{IdempotencyClaim, IdempotencyRecords, StoreHealth};
pub use master_key::{MasterKey, MasterKeyError, SecretKey, WrappedKey};
pub use reading::{CustomerFilter, HistoryQuery, ListQuery, Page};

#[cfg(feature = "mocks")]
pub use {
    api_keys::MockApiKeyRepository,
    customers::MockCustomerRepository,
    generators::{MockClock, MockIdGenerator},
    idempotency::{MockIdempotencyRecords, MockStoreHealth},
    master_key::MockMasterKey,
};
