//! The event feed of the program: its ports, its background task and its readers.

use std::sync::Arc;

use customers_event_feed::{FeedRunner, Heads, SignallingCustomers, Wakes};
use customers_http_kit::module::BoundModule;
use customers_metrics::{EventMetrics, MeasuredEventFeed, MeasuredEventSequencer};
use customers_ports::{Clock, CustomerRepository, EventFeed, EventSequencer};
use customers_use_cases::EventService;

/// The ports of the event feed.
#[derive(Clone)]
pub(crate) struct FeedPorts {
    pub(crate) feed: Arc<dyn EventFeed>,
    pub(crate) sequencer: Arc<dyn EventSequencer>,
}

impl FeedPorts {
    /// Returns the ports of a store that has both.
    pub(crate) fn of<S: EventFeed + EventSequencer + 'static>(store: Arc<S>) -> Self {
        Self {
            feed: Arc::clone(&store) as _,
            sequencer: store,
        }
    }

    /// Returns the same ports, measured.
    pub(crate) fn measured(self) -> Self {
        Self {
            feed: Arc::new(MeasuredEventFeed::new(self.feed)),
            sequencer: Arc::new(MeasuredEventSequencer::new(self.sequencer)),
        }
    }
}

/// The event feed of a running program.
pub(crate) struct Feed {
    ports: FeedPorts,
    wakes: Wakes,
    heads: Heads,
}

impl Feed {
    /// Creates the feed of a store.
    pub(crate) fn new(ports: FeedPorts) -> Self {
        Self {
            ports,
            wakes: Wakes::new(),
            heads: Heads::new(),
        }
    }

    /// Returns the repository, signalling each change to this feed.
    pub(crate) fn signalled(
        &self,
        customers: Arc<dyn CustomerRepository>,
    ) -> Arc<dyn CustomerRepository> {
        Arc::new(SignallingCustomers::new(
            customers,
            Arc::new(self.wakes.clone()),
        ))
    }

    /// Returns the readers that wait.
    pub(crate) fn heads(&self) -> Heads {
        self.heads.clone()
    }

    /// Returns the routes.
    pub(crate) fn module(&self) -> BoundModule {
        let events = EventService::new(Arc::clone(&self.ports.feed), Arc::new(self.heads.clone()));
        customers_adapter_http::serving_events(events)
    }

    /// Returns the task that numbers events.
    pub(crate) fn runner(self, clock: Arc<dyn Clock>, metrics: EventMetrics) -> FeedRunner {
        let FeedPorts { feed, sequencer } = self.ports;
        FeedRunner::new(feed, sequencer, clock, self.wakes, self.heads, metrics)
    }
}
