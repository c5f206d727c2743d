use std::sync::Arc;
use std::time::Duration;

use customers_domain::Sequence;
use customers_ports::{EventFeed, EventPage, EventQuery, HeadWatch, StoreError};
use thiserror::Error;
use tracing::instrument;

use crate::caller::Caller;

/// The use cases of the event feed.
#[derive(Clone)]
pub struct EventService {
    feed: Arc<dyn EventFeed>,
    heads: Arc<dyn HeadWatch>,
}

/// Error of [`EventService::read`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReadEventsError {
    /// The requested position is beyond the head: the consumer's position belongs to another store.
    #[error("the position is beyond the newest event")]
    BeyondHead,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl EventService {
    /// Creates the service.
    pub fn new(feed: Arc<dyn EventFeed>, heads: Arc<dyn HeadWatch>) -> Self {
        Self { feed, heads }
    }

    /// Returns a page of the feed of the caller's tenant.
    ///
    /// # Errors
    /// Returns an error if the page starts beyond the head, or if the store fails.
    #[instrument(name = "read_events", skip_all)]
    pub async fn read(
        &self,
        caller: Caller,
        query: EventQuery,
    ) -> Result<EventPage, ReadEventsError> {
        let page = self.feed.read(caller.tenant_id, query).await?;
        if query.after > page.head {
            return Err(ReadEventsError::BeyondHead);
        }
        Ok(page)
    }

    /// Waits until there is an event after this position, for at most `at_most`. May return earlier; the feed is then
    /// read again.
    #[instrument(name = "wait_for_events", skip_all)]
    pub async fn wait(&self, caller: Caller, after: Sequence, at_most: Duration) {
        let Caller {
            tenant_id,
            api_key_id,
        } = caller;
        self.heads
            .wait_beyond(tenant_id, api_key_id, after, at_most)
            .await;
    }
}

#[cfg(test)]
mod tests;
