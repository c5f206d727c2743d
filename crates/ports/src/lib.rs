//! Driven ports: the interfaces that the use cases need from stores, id generators and clocks.
//!
//! Each port is a trait for use as `Arc<dyn …>`. Its documentation states the obligations of an adapter. One call of a
//! repository is one transaction. This crate must not know any technology, such as SQL, HTTP or an async runtime.
//!
//! A store adapter runs the contract suite in `customers-test-support` as its test. Mocks of every port are behind the
//! feature `mocks`.

mod api_keys;
mod conflict;
mod customers;
mod error;
mod events;
mod first_answer;
mod generators;
mod health;
mod idempotency;
mod master_key;
mod queries;

pub use api_keys::{ApiKeyListing, ApiKeyRepository, Issued, Revocation};
pub use conflict::{Conflict, UniqueField};
pub use customers::{
    CreateOutcome, Creation, CustomerRepository, DecisionOutcome, EditOutcome, ErasureOutcome,
    FoundCustomer, MadeDecision, RecordedDecision,
};
pub use error::StoreError;
pub use events::{
    EventFeed, EventPage, EventQuery, EventSequencer, EventSignal, HeadWatch, Numbered, Numbering,
    WaitingEvents,
};
pub use first_answer::FirstAnswer;
pub use generators::{Clock, IdGenerator};
pub use health::StoreHealth;
pub use idempotency::{EarlierRequest, IdempotencyClaim, IdempotencyRecords, RecordedOutcome};
pub use master_key::{MasterKey, MasterKeyError, SecretKey, WrappedKey};
pub use queries::{CustomerFilter, HistoryQuery, ListOrder, ListQuery, Page};

#[cfg(feature = "mocks")]
pub use {
    api_keys::MockApiKeyRepository,
    customers::MockCustomerRepository,
    events::{MockEventFeed, MockEventSequencer, MockEventSignal, MockHeadWatch},
    generators::{MockClock, MockIdGenerator},
    health::MockStoreHealth,
    idempotency::MockIdempotencyRecords,
    master_key::MockMasterKey,
};
