use std::sync::Arc;

use async_trait::async_trait;
use customers_ports::{StoreError, StoreHealth};

use super::Operation;

/// Measures a [`StoreHealth`].
pub struct MeasuredHealth {
    store: Arc<dyn StoreHealth>,
    check: Operation,
}

impl MeasuredHealth {
    /// Wraps a store.
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
