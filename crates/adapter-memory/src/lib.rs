//! The ports in memory: what `customers serve` uses when no database is configured, and the fast
//! double for tests.
//!
//! Whatever is stored here is gone when the program ends. This crate knows no SQL, no HTTP and no
//! runtime; its locks are held for a few map operations and never while something is awaited.

mod api_keys;
mod customers;
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

/// Customers, their changes, API keys and idempotency records, for as long as the program runs.
pub struct InMemoryStore {
    clock: Arc<dyn Clock>,
    limit: MemoryLimit,
    customers: Mutex<Customers>,
    api_keys: RwLock<ApiKeys>,
}

impl InMemoryStore {
    /// An empty store without a limit, by whose clock idempotency records grow old.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::limited(clock, MemoryLimit::none())
    }

    /// An empty store whose customers, changes, decisions, records and keys stay within that limit.
    /// Beyond it, writes fail with [`StoreError::Full`]; reads still succeed.
    pub fn limited(clock: Arc<dyn Clock>, limit: MemoryLimit) -> Self {
        Self {
            clock,
            limit,
            customers: Mutex::default(),
            api_keys: RwLock::default(),
        }
    }

    /// A panic elsewhere cannot leave half a transaction behind: each one is judged first and then
    /// written by steps that do not fail. So a poisoned lock is taken like any other.
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
