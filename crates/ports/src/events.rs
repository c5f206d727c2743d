use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use customers_domain::{ApiKeyId, Sequence, SequencedEvent, TenantId};

use crate::error::StoreError;

/// A page of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventQuery {
    /// Position after which the page starts.
    pub after: Sequence,
    /// Maximum number of events; at least 1.
    pub limit: u32,
}

/// Events of a tenant, in the order of their positions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPage {
    /// The events.
    pub events: Vec<SequencedEvent>,
    /// Position of the tenant's newest event.
    pub head: Sequence,
    /// Whether there are events after this page.
    pub has_more: bool,
}

/// Reads the feeds.
///
/// Events of a tenant are visible only to that tenant.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait EventFeed: Send + Sync {
    /// Returns a page of a tenant's feed and the head, both as of the same moment.
    ///
    /// - Every change of a customer has exactly one event, and every event that a module appended appears once.
    /// - An event never changes and never moves. If an event is visible, all earlier positions are visible.
    /// - Of one customer, versions ascend with positions.
    /// - A page costs the same wherever it starts and however many events there are.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    async fn read(&self, tenant: TenantId, query: EventQuery) -> Result<EventPage, StoreError>;

    /// Returns the heads of some tenants, in one query. A tenant without events MAY be left out.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    async fn heads(&self, tenants: &[TenantId]) -> Result<Vec<(TenantId, Sequence)>, StoreError>;
}

/// Gives events their positions.
///
/// A change only stores an event without a position. The sequencer gives positions to committed events, so an event
/// that is committed late receives a later position, and nothing appears before what consumers have seen.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait EventSequencer: Send + Sync {
    /// Gives positions to at most `at_most` waiting events of a tenant, in the order of time, subject and version.
    ///
    /// - All of them, and the head, become visible together.
    /// - Any number of calls may run at the same time, in any number of programs. At most one of them numbers the
    ///   events of a tenant. The others return [`Numbering::Busy`] without waiting.
    ///
    /// # Errors
    /// Returns an error if the store fails. It is then unknown whether positions were given; the call can be repeated.
    async fn number(&self, tenant: TenantId, at_most: u32) -> Result<Numbering, StoreError>;

    /// Returns the tenants that have waiting events. Never waits for a lock. An event of a transaction that is still
    /// open is not included.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    async fn waiting(&self) -> Result<Vec<WaitingEvents>, StoreError>;
}

/// The result of [`EventSequencer::number`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Numbering {
    /// Another call numbers the events of this tenant.
    Busy,
    /// Positions were given.
    Done(Numbered),
}

/// Events that received positions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered {
    /// The times of their changes, one for each event.
    pub times: Vec<DateTime<Utc>>,
    /// The head afterwards.
    pub head: Sequence,
}

/// The waiting events of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingEvents {
    /// The tenant.
    pub tenant: TenantId,
    /// Number of events.
    pub count: u64,
    /// Time of the oldest change.
    pub oldest: DateTime<Utc>,
}

/// Learns that a tenant has new events.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait EventSignal: Send + Sync {
    /// Reports that events of this tenant were committed. Returns at once.
    ///
    /// The call is a hint that saves time: events that nobody reports are numbered too, a little later.
    fn appended(&self, tenant: TenantId);
}

/// Waits for new events.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait HeadWatch: Send + Sync {
    /// Waits until the head of a tenant is beyond `after`, for at most `at_most`.
    ///
    /// - Waiting holds no connection to the store.
    /// - An implementation bounds how many calls of one key wait. Further calls return at once.
    /// - All calls return at once when the program drains.
    async fn wait_beyond(
        &self,
        tenant: TenantId,
        key: ApiKeyId,
        after: Sequence,
        at_most: Duration,
    );
}
