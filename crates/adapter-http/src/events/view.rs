//! Events in responses.

use std::collections::BTreeMap;

use customers_domain::{
    Action, CustomerEvent, CustomerStatus, EventBody, EventData, EventValue, SequencedEvent,
};
use customers_http_kit::timestamp::rfc3339;
use customers_ports::{EventPage, EventQuery};
use serde::Serialize;
use utoipa::ToSchema;

use crate::customers::view::{StatusName, VerbName};

/// A page of the event feed.
#[derive(Serialize, ToSchema)]
#[schema(as = EventPage)]
pub(super) struct EventListing<'a> {
    /// The events, oldest first.
    data: Vec<EventView<'a>>,
    /// Position in the feed.
    meta: EventPageMeta,
}

/// Position in the event feed.
#[derive(Serialize, ToSchema)]
struct EventPageMeta {
    /// The value of `after` for the next page; on an empty page the `after` of the request.
    #[schema(minimum = 0, example = 42)]
    next_after: u64,
    /// Sequence of the newest event; 0 if there is none.
    #[schema(minimum = 0, example = 97)]
    head: u64,
    /// Whether there are events after this page.
    has_more: bool,
}

/// Something that happened. Events never change.
#[derive(Serialize, ToSchema)]
#[schema(as = Event)]
struct EventView<'a> {
    /// Id of the event: a UUID version 7.
    #[schema(format = Uuid, example = "01997099-05b2-7c4e-9b1f-2f6a1d3c5e70")]
    id: String,
    /// Type of the event.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "customer.status_changed")]
    event_type: String,
    /// Position in the feed of the tenant: 1, 2, 3, … without a gap.
    #[schema(minimum = 1, example = 17)]
    sequence: u64,
    /// Time of the change.
    #[schema(format = DateTime, example = "2025-09-22T09:01:09Z")]
    timestamp: String,
    /// What happened.
    #[schema(value_type = CustomerEventData)]
    data: DataView<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum DataView<'a> {
    Customer(CustomerEventData),
    Module(BTreeMap<&'a str, ValueView<'a>>),
}

#[derive(Serialize)]
#[serde(untagged)]
enum ValueView<'a> {
    Text(&'a str),
    Number(i64),
    Boolean(bool),
    Null(()),
}

/// A change of a customer, without personal data.
#[derive(Serialize, ToSchema)]
struct CustomerEventData {
    /// Id of the customer.
    #[schema(format = Uuid, example = "01997099-05b2-7c4e-9b1f-2f6a1d3c5e70")]
    customer_id: String,
    /// The version that the change made.
    #[schema(minimum = 1, example = 3)]
    version: u32,
    /// What was done: `create`, `update`, or a verb of the status rules.
    #[schema(value_type = VerbName)]
    verb: &'static str,
    /// The status after the change.
    #[schema(value_type = StatusName)]
    status: &'static str,
    /// The status before the change; null for a creation.
    #[schema(value_type = Option<StatusName>, required = true)]
    previous_status: Option<&'static str>,
    /// Whether the status after the change allows wallets and transactions.
    #[schema(example = true)]
    may_transact: bool,
    /// JSON pointers to the fields that were edited.
    #[schema(example = json!([]))]
    changed_fields: Vec<String>,
}

impl<'a> EventListing<'a> {
    /// Creates the response to a query.
    pub(super) fn of(page: &'a EventPage, query: EventQuery) -> Self {
        let last = page.events.last().map(|event| event.sequence);
        Self {
            data: page.events.iter().map(EventView::from).collect(),
            meta: EventPageMeta {
                next_after: last.unwrap_or(query.after).number(),
                head: page.head.number(),
                has_more: page.has_more,
            },
        }
    }
}

impl<'a> From<&'a SequencedEvent> for EventView<'a> {
    fn from(sequenced: &'a SequencedEvent) -> Self {
        let event = &sequenced.event;
        Self {
            id: event.id.to_string(),
            event_type: event.event_type().as_str().to_owned(),
            sequence: sequenced.sequence.number(),
            timestamp: rfc3339(event.at),
            data: match &event.body {
                EventBody::Customer(change) => DataView::Customer(change.into()),
                EventBody::Module(module) => DataView::Module(values(&module.data)),
            },
        }
    }
}

fn values(data: &EventData) -> BTreeMap<&str, ValueView<'_>> {
    let values = data.values().map(|(name, value)| {
        let value = match value {
            EventValue::Text(text) => ValueView::Text(text),
            EventValue::Number(number) => ValueView::Number(*number),
            EventValue::Boolean(boolean) => ValueView::Boolean(*boolean),
            EventValue::Null => ValueView::Null(()),
        };
        (name, value)
    });
    values.collect()
}

impl From<&CustomerEvent> for CustomerEventData {
    fn from(change: &CustomerEvent) -> Self {
        let pointers = change.changed_fields.iter();
        Self {
            customer_id: change.customer_id.to_string(),
            version: change.version.number(),
            verb: Action::as_str(change.action),
            status: change.status.as_str(),
            previous_status: change.previous_status.map(CustomerStatus::as_str),
            may_transact: change.status.may_transact(),
            changed_fields: pointers.map(|field| field.pointer().to_owned()).collect(),
        }
    }
}
