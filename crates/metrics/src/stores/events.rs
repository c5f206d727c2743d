use std::sync::Arc;

use async_trait::async_trait;
use customers_domain::{Sequence, TenantId};
use customers_ports::{
    EventFeed, EventPage, EventQuery, EventSequencer, Numbering, StoreError, WaitingEvents,
};

use super::Operation;

/// Measures an [`EventFeed`].
pub struct MeasuredEventFeed {
    store: Arc<dyn EventFeed>,
    read: Operation,
    heads: Operation,
}

impl MeasuredEventFeed {
    /// Wraps a store.
    pub fn new(store: Arc<dyn EventFeed>) -> Self {
        Self {
            store,
            read: Operation::new("events", "read"),
            heads: Operation::new("events", "heads"),
        }
    }
}

#[async_trait]
impl EventFeed for MeasuredEventFeed {
    async fn read(&self, tenant: TenantId, query: EventQuery) -> Result<EventPage, StoreError> {
        self.read.measure(self.store.read(tenant, query)).await
    }

    async fn heads(&self, tenants: &[TenantId]) -> Result<Vec<(TenantId, Sequence)>, StoreError> {
        self.heads.measure(self.store.heads(tenants)).await
    }
}

/// Measures an [`EventSequencer`].
pub struct MeasuredEventSequencer {
    store: Arc<dyn EventSequencer>,
    number: Operation,
    waiting: Operation,
}

impl MeasuredEventSequencer {
    /// Wraps a store.
    pub fn new(store: Arc<dyn EventSequencer>) -> Self {
        Self {
            store,
            number: Operation::new("events", "number"),
            waiting: Operation::new("events", "waiting"),
        }
    }
}

#[async_trait]
impl EventSequencer for MeasuredEventSequencer {
    async fn number(&self, tenant: TenantId, at_most: u32) -> Result<Numbering, StoreError> {
        let call = self.store.number(tenant, at_most);
        self.number.measure(call).await
    }

    async fn waiting(&self) -> Result<Vec<WaitingEvents>, StoreError> {
        self.waiting.measure(self.store.waiting()).await
    }
}
