use std::sync::Arc;

use customers_event_feed::{FeedRunner, Heads, SignallingCustomers, Wakes};
use customers_http_kit::module::BoundModule;
use customers_http_kit::server::Drain;
use customers_metrics::EventMetrics;
use customers_ports::{Clock, CustomerRepository, EventFeed};
use customers_test_support::contract::StoresWithFeed;
use customers_use_cases::EventService;
use tokio::task::AbortHandle;

/// The event feed of an app. Its task ends when it is dropped.
pub(crate) struct FeedTask {
    feed: Arc<dyn EventFeed>,
    wakes: Wakes,
    heads: Heads,
    tasks: [AbortHandle; 2],
}

impl FeedTask {
    /// Starts to number events.
    pub(crate) fn start(fed: &StoresWithFeed, clock: Arc<dyn Clock>, drain: Drain) -> Self {
        let (wakes, heads) = (Wakes::new(), Heads::new());
        let runner = FeedRunner::new(
            fed.feed.clone(),
            fed.sequencer.clone(),
            clock,
            wakes.clone(),
            heads.clone(),
            EventMetrics::default(),
        );
        let closed = heads.clone();
        let closing = tokio::spawn(async move {
            drain.begun().await;
            closed.close();
        });
        Self {
            feed: fed.feed.clone(),
            wakes,
            heads,
            tasks: [
                tokio::spawn(runner.run()).abort_handle(),
                closing.abort_handle(),
            ],
        }
    }

    /// The repository, signalling each change to this feed.
    pub(crate) fn signalled(
        &self,
        customers: Arc<dyn CustomerRepository>,
    ) -> Arc<dyn CustomerRepository> {
        Arc::new(SignallingCustomers::new(
            customers,
            Arc::new(self.wakes.clone()),
        ))
    }

    /// The routes.
    pub(crate) fn module(&self) -> BoundModule {
        let events = EventService::new(self.feed.clone(), Arc::new(self.heads.clone()));
        customers_adapter_http::serving_events(events)
    }
}

impl Drop for FeedTask {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}
