//! Every change has exactly one event, whose position never changes.

mod readers;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::TimeDelta;
use customers_domain::{
    Customer, CustomerChange, Edit, Event, EventBody, ProfilePatch, Sequence, SequencedEvent,
    TenantId, Verb,
};
use customers_ports::{
    EventFeed, EventPage, EventQuery, EventSequencer, Numbered, Numbering, WaitingEvents,
};

use super::Stores;
use super::change::ChangeOutcome;
use super::erasure::erased;
use super::uniqueness::email_taken;
use super::update::to_email;
use crate::builders::{
    creation, creation_at, decided, edited, erasure, minimal_profile, profile, renamed, test_time,
};

pub use readers::readers_see_each_event_once_while_others_write_and_number;

/// The ports of one store with an event feed, empty at the beginning of a case.
#[derive(Clone)]
pub struct StoresWithFeed {
    /// The ports of the store.
    pub stores: Stores,
    /// The feed.
    pub feed: Arc<dyn EventFeed>,
    /// What gives events their positions.
    pub sequencer: Arc<dyn EventSequencer>,
}

/// More events than any case makes.
const ALL: u32 = 10_000;

impl StoresWithFeed {
    async fn read(&self, tenant: TenantId, after: Sequence, limit: u32) -> EventPage {
        let page = self.feed.read(tenant, EventQuery { after, limit }).await;
        page.expect("the store returns a page")
    }

    async fn number(&self, tenant: TenantId, at_most: u32) -> Numbering {
        let numbering = self.sequencer.number(tenant, at_most).await;
        numbering.expect("the store numbers events")
    }

    /// Numbers everything that waits.
    async fn number_all(&self, tenant: TenantId) -> Numbered {
        match self.number(tenant, ALL).await {
            Numbering::Done(numbered) => numbered,
            Numbering::Busy => panic!("nothing else numbers events"),
        }
    }

    async fn waiting(&self, tenant: TenantId) -> Option<WaitingEvents> {
        let waiting = self.sequencer.waiting().await;
        let waiting = waiting.expect("the store lists what waits");
        waiting.into_iter().find(|waiting| waiting.tenant == tenant)
    }

    /// The whole feed, after everything has been numbered.
    async fn all(&self, tenant: TenantId) -> Vec<SequencedEvent> {
        self.number_all(tenant).await;
        self.read(tenant, Sequence::START, ALL).await.events
    }

    async fn customer(&self, tenant: TenantId) -> Customer {
        self.stores.customer(tenant, creation(profile())).await
    }
}

fn sequence(number: u64) -> Sequence {
    Sequence::from_number(number).expect("a small number is a position")
}

fn numbers(events: &[SequencedEvent]) -> Vec<u64> {
    events.iter().map(|event| event.sequence.number()).collect()
}

/// Pairs changes with positions from 1.
fn feed_of<'a>(changes: impl IntoIterator<Item = &'a CustomerChange>) -> Vec<SequencedEvent> {
    let changes = changes.into_iter().zip(1..);
    changes
        .map(|(change, number)| SequencedEvent {
            sequence: sequence(number),
            event: Event::from(change),
        })
        .collect()
}

/// The head is the position before the first event.
pub async fn a_tenant_without_events_has_an_empty_feed(fed: StoresWithFeed) {
    let tenant = fed.stores.tenant().await;
    assert_eq!(fed.all(tenant).await, []);
    let page = fed.read(tenant, Sequence::START, 1).await;
    assert_eq!((page.head, page.has_more), (Sequence::START, false));
    let heads = fed
        .feed
        .heads(&[tenant])
        .await
        .expect("the store returns heads");
    assert!(heads.iter().all(|(_, head)| *head == Sequence::START));
}

/// With all data of the change.
pub async fn a_creation_an_edit_and_a_decision_each_have_one_event(fed: StoresWithFeed) {
    let tenant = fed.stores.tenant().await;
    let created = creation(profile());
    let customer = fed.stores.customer(tenant, created.clone()).await;
    let edit = renamed(&customer);
    let customer = fed.stores.updated(tenant, edit.clone()).await;
    let decision = decided(&customer, Verb::Approve, Some("case-1"));
    fed.stores.updated(tenant, decision.clone()).await;
    let changes = [created.change(), edit.change(), decision.change()];
    assert_eq!(fed.all(tenant).await, feed_of(changes));
    assert_eq!(fed.stores.changes(tenant, customer.id()).await.len(), 3);
}

/// With a decision id and without one.
pub async fn an_erased_customer_keeps_its_events_and_has_one_more(fed: StoresWithFeed) {
    for decision_id in [None, Some("case-1")] {
        let tenant = fed.stores.tenant().await;
        let created = creation(profile());
        let customer = fed.stores.customer(tenant, created.clone()).await;
        let close = decided(&customer, Verb::Close, None);
        let customer = fed.stores.updated(tenant, close.clone()).await;
        let erasure = erasure(&customer, decision_id);
        erased(&fed.stores, tenant, &erasure).await;
        let changes = [created.change(), close.change(), erasure.change()];
        assert_eq!(fed.all(tenant).await, feed_of(changes));
    }
}

/// Each of the fields, and all of them.
pub async fn the_event_of_an_edit_names_the_changed_fields(fed: StoresWithFeed) {
    let tenant = fed.stores.tenant().await;
    let customer = fed.customer(tenant).await;
    let patch = ProfilePatch {
        external_id: Edit::Remove,
        ..to_email(&profile().email)
    };
    let edit = edited(&customer, patch);
    fed.stores.updated(tenant, edit.clone()).await;
    let events = fed.all(tenant).await;
    let EventBody::Customer(event) = &events[1].event.body else {
        panic!("a customer changed: {:?}", events[1]);
    };
    assert_eq!(event.changed_fields, edit.change().changed_fields);
    assert_eq!(event.changed_fields.len(), 2);
}

/// It waits, and is in no page.
pub async fn an_event_without_a_position_is_not_visible(fed: StoresWithFeed) {
    let (tenant, other) = (fed.stores.tenant().await, fed.stores.tenant().await);
    let customer = fed.customer(tenant).await;
    fed.stores.updated(tenant, renamed(&customer)).await;
    let page = fed.read(tenant, Sequence::START, ALL).await;
    assert_eq!((page.events, page.head), (Vec::new(), Sequence::START));
    let waiting = fed.waiting(tenant).await.expect("two events wait");
    let oldest = customer.state().created_at;
    assert_eq!((waiting.count, waiting.oldest), (2, oldest));
    assert_eq!(fed.waiting(other).await, None);
    let numbered = fed.number_all(tenant).await;
    assert_eq!((numbered.times.len(), numbered.head), (2, sequence(2)));
    assert!(numbered.times.contains(&oldest));
    assert_eq!(fed.waiting(tenant).await, None);
    assert!(fed.number_all(tenant).await.times.is_empty());
}

/// Neither a conflict nor a repetition.
pub async fn what_is_not_stored_has_no_event(fed: StoresWithFeed) {
    let tenant = fed.stores.tenant().await;
    let first = creation(profile());
    let customer = fed.stores.customer(tenant, first.clone()).await;
    fed.stores.created(tenant, &first).await;
    let taken = creation(first.customer().profile().clone());
    let outcome = fed.stores.create(tenant, &taken).await;
    assert_eq!(outcome, email_taken(customer.id()));
    let edit = renamed(&customer);
    let decision = decided(&customer, Verb::Submit, None);
    fed.stores.updated(tenant, edit.clone()).await;
    fed.stores.updated(tenant, edit).await;
    let outcome = fed.stores.update(tenant, &decision).await;
    assert_eq!(outcome, ChangeOutcome::VersionConflict);
    assert_eq!(numbers(&fed.all(tenant).await), [1, 2]);
}

/// Whatever the order in which they were stored.
pub async fn waiting_events_are_numbered_in_the_order_of_their_times(fed: StoresWithFeed) {
    let tenant = fed.stores.tenant().await;
    let creations = [3, 1, 2]
        .map(|seconds| creation_at(test_time() + TimeDelta::seconds(seconds), minimal_profile()));
    for creation in &creations {
        fed.stores.created(tenant, creation).await;
    }
    let [third, first, second] = &creations;
    let in_order = [first.change(), second.change(), third.change()];
    assert_eq!(fed.all(tenant).await, feed_of(in_order));
}

/// Its time is earlier, and its position is later.
pub async fn an_event_that_comes_late_gets_a_later_position(fed: StoresWithFeed) {
    let tenant = fed.stores.tenant().await;
    let at = test_time();
    let early = creation_at(at + TimeDelta::seconds(2), minimal_profile());
    fed.stores.created(tenant, &early).await;
    assert_eq!(numbers(&fed.all(tenant).await), [1]);
    let late = creation_at(at, minimal_profile());
    fed.stores.created(tenant, &late).await;
    let changes = [early.change(), late.change()];
    assert_eq!(fed.all(tenant).await, feed_of(changes));
}

/// So that a step stays small whatever waits.
pub async fn numbering_takes_at_most_what_it_is_asked_for(fed: StoresWithFeed) {
    let tenant = fed.stores.tenant().await;
    for _ in 0..5 {
        fed.customer(tenant).await;
    }
    let mut steps = Vec::new();
    for _ in 0..4 {
        if let Numbering::Done(numbered) = fed.number(tenant, 2).await {
            steps.push((numbered.times.len(), numbered.head.number()));
        }
    }
    assert_eq!(steps, [(2, 2), (2, 4), (1, 5), (0, 5)]);
    assert_eq!(numbers(&fed.all(tenant).await), [1, 2, 3, 4, 5]);
}

/// Each page says whether there are more events and where the feed ends.
pub async fn pages_together_are_the_whole_feed(fed: StoresWithFeed) {
    let tenant = fed.stores.tenant().await;
    for _ in 0..5 {
        fed.customer(tenant).await;
    }
    let all = fed.all(tenant).await;
    let (mut walked, mut after) = (Vec::new(), Sequence::START);
    for has_more in [true, true, false] {
        let page = fed.read(tenant, after, 2).await;
        assert_eq!((page.head, page.has_more), (sequence(5), has_more));
        after = page.events.last().expect("a page has events").sequence;
        walked.extend(page.events);
    }
    assert_eq!(walked, all);
    let last = fed.read(tenant, after, 2).await;
    assert_eq!((last.events, last.has_more), (Vec::new(), false));
    let beyond = fed.read(tenant, sequence(99), 2).await;
    assert_eq!((beyond.events, beyond.head), (Vec::new(), sequence(5)));
}

/// Each tenant has its own positions.
pub async fn events_of_another_tenant_are_never_shown(fed: StoresWithFeed) {
    let (mine, theirs) = (fed.stores.tenant().await, fed.stores.tenant().await);
    let customer = fed.customer(mine).await;
    for _ in 0..3 {
        fed.customer(theirs).await;
    }
    let events = fed.all(mine).await;
    assert_eq!(numbers(&events), [1]);
    let EventBody::Customer(event) = &events[0].event.body else {
        panic!("a customer was created");
    };
    assert_eq!(event.customer_id, customer.id());
    assert_eq!(numbers(&fed.all(theirs).await), [1, 2, 3]);
    let heads: HashMap<_, _> = fed
        .feed
        .heads(&[mine, theirs])
        .await
        .expect("the store returns heads")
        .into_iter()
        .collect();
    assert_eq!(heads.get(&mine), Some(&sequence(1)));
    assert_eq!(heads.get(&theirs), Some(&sequence(3)));
}
