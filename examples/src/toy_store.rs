//! A minimal store that passes the whole contract suite. It consists of lists behind one lock that are read completely.
//!
//! It shows the obligations of a store and not how to make one fast, so it breaks one of them: the cost of a page
//! depends on the number of customers. Each call holds the lock until it ends, which makes it a transaction.

mod api_keys;
mod customers;
mod idempotency;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use customers_domain::{ErasedCustomer, TenantId};
use customers_ports::{ApiKeyListing, Clock, StoreError, StoreHealth};

use self::customers::{Decision, Entry};
use self::idempotency::Record;

/// Customers, API keys and idempotency records in memory.
pub struct ToyStore {
    clock: Arc<dyn Clock>,
    tables: Mutex<Tables>,
}

/// All stored values. Each list is in order of insertion.
#[derive(Default)]
struct Tables {
    /// Every version of every customer. The newest entry of a customer is its current state, and all of its entries are
    /// its history. Only an erasure changes entries: it removes the customer and the reasons from them.
    entries: Vec<Entry>,
    /// Erased customers, with their tenants.
    erased: Vec<(TenantId, ErasedCustomer)>,
    decisions: Vec<Decision>,
    records: Vec<Record>,
    api_keys: Vec<ApiKeyListing>,
}

impl ToyStore {
    /// Creates an empty store. `clock` determines the age of idempotency records.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            tables: Mutex::default(),
        }
    }

    /// A panic cannot leave a partial transaction, because a write is a few steps that cannot fail. A poisoned lock can
    /// therefore be used.
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
