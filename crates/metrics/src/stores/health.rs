use std::sync::Arc;

use async_trait::async_trait;
use customers_ports::{StoreError, StoreHealth};

use super::Operation;

/// The health of a store, measured.
pub struct MeasuredHealth {
    store: Arc<dyn StoreHealth>,
    check: Operation,
}

impl MeasuredHealth {
    /// Measures that store.
    pub fn new(store: Arc<dyn StoreHealth>) -> Self {
        Self {
            store,
            check: Operation::new("health", "check"),
        }
    }
}

#[async_trait]
impl StoreHealth for MeasuredHealth {
    async fn check(&self) -> Result<(), StoreError> {
        self.check.measure(self.store.check()).await
    }
}
