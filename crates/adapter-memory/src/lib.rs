//! In-memory implementation of the ports: the store of `customers serve` without a database, and the fast store for
//! tests.
//!
//! Its content is lost when the program ends. It must not know SQL, HTTP or an async runtime. Its locks are held for a
//! few map operations, and never across an `await`.

mod api_keys;
mod customers;
mod events;
mod feeds;
mod idempotency;
mod limit;
mod size;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use async_trait::async_trait;
use customers_ports::{Clock, StoreError, StoreHealth};

pub use crate::idempotency::Claimed;
pub use crate::limit::MemoryLimit;

use crate::api_keys::ApiKeys;
use crate::customers::Customers;

/// Customers, their changes and events, API keys and idempotency records in memory.
pub struct InMemoryStore {
    clock: Arc<dyn Clock>,
    limit: MemoryLimit,
    customers: Mutex<Customers>,
    api_keys: RwLock<ApiKeys>,
}

impl InMemoryStore {
    /// Creates an empty store without a limit. `clock` determines the age of idempotency records.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::limited(clock, MemoryLimit::none())
    }

    /// Creates an empty store with a memory limit. Beyond it, writes fail with [`StoreError::Full`], and reads still
    /// succeed.
    pub fn limited(clock: Arc<dyn Clock>, limit: MemoryLimit) -> Self {
        Self {
            clock,
            limit,
            customers: Mutex::default(),
            api_keys: RwLock::default(),
        }
    }

    /// Returns the memory limit, in which modules count their own data.
    pub const fn memory_limit(&self) -> &MemoryLimit {
        &self.limit
    }

    /// A panic cannot leave a partial transaction, because each one is checked first and then written by steps that
    /// cannot fail. A poisoned lock can therefore be used.
    fn customers(&self) -> MutexGuard<'_, Customers> {
        self.customers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl StoreHealth for InMemoryStore {
    async fn check(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
