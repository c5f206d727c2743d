use async_trait::async_trait;
use chrono::{DateTime, Utc};
use customers_domain::{Event, EventBody, EventId, ModuleEvent, Sequence, TenantId};
use customers_ports::{
    EventFeed, EventPage, EventQuery, EventSequencer, Numbering, StoreError, WaitingEvents,
};

use crate::InMemoryStore;
use crate::feeds::module_event;

impl InMemoryStore {
    /// Appends an event of a module to the feed.
    ///
    /// # Errors
    /// Returns [`StoreError::Full`] if there is no memory for it.
    pub fn append_event(
        &self,
        tenant: TenantId,
        id: EventId,
        at: DateTime<Utc>,
        event: ModuleEvent,
    ) -> Result<(), StoreError> {
        self.limit.reserve(module_event(&event))?;
        let body = EventBody::Module(event);
        self.customers()
            .feeds
            .append(tenant, Event { id, at, body });
        Ok(())
    }
}

#[async_trait]
impl EventFeed for InMemoryStore {
    async fn read(&self, tenant: TenantId, query: EventQuery) -> Result<EventPage, StoreError> {
        Ok(self.customers().feeds.page(tenant, query))
    }

    async fn heads(&self, tenants: &[TenantId]) -> Result<Vec<(TenantId, Sequence)>, StoreError> {
        let customers = self.customers();
        let heads = tenants
            .iter()
            .filter_map(|tenant| Some((*tenant, customers.feeds.head(*tenant)?)));
        Ok(heads.collect())
    }
}

#[async_trait]
impl EventSequencer for InMemoryStore {
    async fn number(&self, tenant: TenantId, at_most: u32) -> Result<Numbering, StoreError> {
        let numbered = self.customers().feeds.number(tenant, at_most);
        Ok(Numbering::Done(numbered))
    }

    async fn waiting(&self) -> Result<Vec<WaitingEvents>, StoreError> {
        Ok(self.customers().feeds.waiting())
    }
}
