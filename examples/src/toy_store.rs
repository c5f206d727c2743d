//! The plainest store that passes the whole contract suite: lists behind one lock, read from end to
//! end.
//!
//! It shows what a store owes, not how to make one fast, and so breaks one promise: a page costs more
//! the more customers there are. One call holds the lock from its first question to its last write,
//! which makes it a transaction.

mod api_keys;
mod customers;
mod idempotency;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use customers_ports::{ApiKeyListing, Clock, StoreError, StoreHealth};

use self::customers::{Decision, Entry};
use self::idempotency::Record;

/// Customers, API keys and idempotency records, for as long as the program runs.
pub struct ToyStore {
    clock: Arc<dyn Clock>,
    tables: Mutex<Tables>,
}

/// Everything that is stored, each list in the order of storing.
#[derive(Default)]
struct Tables {
    /// Every version of every customer. Nothing is ever taken out or changed: a customer is its newest
    /// entry, its history is all of its entries.
    entries: Vec<Entry>,
    decisions: Vec<Decision>,
    records: Vec<Record>,
    api_keys: Vec<ApiKeyListing>,
}

impl ToyStore {
    /// An empty store, by whose clock idempotency records grow old.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            tables: Mutex::default(),
        }
    }

    /// A panic elsewhere leaves no half of a transaction, since writing is one push on a list, or two
    /// that cannot fail. So a poisoned lock is taken like any other.
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl StoreHealth for ToyStore {
    async fn check(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
