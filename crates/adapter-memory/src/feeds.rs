use std::collections::HashMap;
use std::mem;

use chrono::{DateTime, Utc};
use customers_domain::{
    ChangedField, Event, EventBody, ModuleEvent, Sequence, SequencedEvent, TenantId,
};
use customers_ports::{EventPage, EventQuery, Numbered, WaitingEvents};
use uuid::Uuid;

use crate::size::{allocation, element, text};

/// The feeds of all tenants.
#[derive(Default)]
pub(crate) struct Feeds(HashMap<TenantId, Feed>);

/// The feed of one tenant.
#[derive(Default)]
struct Feed {
    /// The event with position `n` is at index `n - 1`.
    numbered: Vec<Event>,
    waiting: Vec<Event>,
}

impl Feeds {
    /// Appends an event, whose memory is reserved.
    pub(crate) fn append(&mut self, tenant: TenantId, event: Event) {
        self.0.entry(tenant).or_default().waiting.push(event);
    }

    pub(crate) fn page(&self, tenant: TenantId, query: EventQuery) -> EventPage {
        let feed = self.0.get(&tenant);
        feed.map_or_else(|| Feed::default().page(query), |feed| feed.page(query))
    }

    pub(crate) fn head(&self, tenant: TenantId) -> Option<Sequence> {
        self.0.get(&tenant).map(Feed::head)
    }

    /// Gives positions to at most `at_most` waiting events.
    pub(crate) fn number(&mut self, tenant: TenantId, at_most: u32) -> Numbered {
        self.0.entry(tenant).or_default().number(at_most)
    }

    pub(crate) fn waiting(&self) -> Vec<WaitingEvents> {
        let waiting = self.0.iter().filter_map(|(tenant, feed)| {
            Some(WaitingEvents {
                tenant: *tenant,
                count: sequence_of(feed.waiting.len()).number(),
                oldest: feed.waiting.iter().map(|event| event.at).min()?,
            })
        });
        waiting.collect()
    }
}

impl Feed {
    fn head(&self) -> Sequence {
        sequence_of(self.numbered.len())
    }

    fn page(&self, query: EventQuery) -> EventPage {
        let numbered = usize::try_from(query.after.number()).unwrap_or(usize::MAX);
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let later = self.numbered.iter().skip(numbered);
        let events = later.take(limit).zip(1..).map(|(event, place)| {
            let sequence = query.after.advanced_by(place);
            let event = event.clone();
            SequencedEvent { sequence, event }
        });
        EventPage {
            events: events.collect(),
            head: self.head(),
            has_more: self.numbered.len().saturating_sub(numbered) > limit,
        }
    }

    fn number(&mut self, at_most: u32) -> Numbered {
        let at_most = usize::try_from(at_most).unwrap_or(usize::MAX);
        self.waiting.sort_by_key(order);
        let later = self.waiting.split_off(at_most.min(self.waiting.len()));
        let numbered = mem::replace(&mut self.waiting, later);
        let times = numbered.iter().map(|event| event.at).collect();
        self.numbered.extend(numbered);
        Numbered {
            times,
            head: self.head(),
        }
    }
}

/// The order in which waiting events receive positions: time, subject, version.
fn order(event: &Event) -> (DateTime<Utc>, Uuid, u32) {
    match &event.body {
        EventBody::Customer(change) => (
            event.at,
            change.customer_id.as_uuid(),
            change.version.number(),
        ),
        EventBody::Module(_) => (event.at, event.id.as_uuid(), 0),
    }
}

fn sequence_of(place: usize) -> Sequence {
    let number = u64::try_from(place).ok().and_then(Sequence::from_number);
    number.unwrap_or(Sequence::MAX)
}

/// Estimates the memory of an event of a customer.
pub(crate) const fn customer_event(changed_fields: usize) -> usize {
    element::<Event>() + allocation(changed_fields * size_of::<ChangedField>())
}

/// Estimates the memory of an event of a module.
pub(crate) fn module_event(event: &ModuleEvent) -> usize {
    let values = event.data.values();
    let values = values.map(|(name, _)| text(name) + VALUE);
    element::<Event>() + text(event.event_type.as_str()) + values.sum::<usize>()
}

/// The memory of a value of a module's event: at most a text of 255 bytes.
const VALUE: usize = 384;
