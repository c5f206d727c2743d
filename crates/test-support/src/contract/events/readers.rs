//! Readers follow the feed during writes.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use customers_domain::{EventBody, Sequence, SequencedEvent, TenantId, Verb};
use tokio::task::JoinSet;

use super::StoresWithFeed;
use crate::builders::{decided, renamed};

/// Creates customers and changes each twice.
async fn write(fed: StoresWithFeed, tenant: TenantId, customers: usize) {
    for _ in 0..customers {
        let customer = fed.customer(tenant).await;
        let customer = fed.stores.updated(tenant, renamed(&customer)).await;
        let decision = decided(&customer, Verb::Submit, None);
        fed.stores.updated(tenant, decision).await;
    }
}

/// Numbers events until `stop` is set.
async fn sequence_until(fed: StoresWithFeed, tenant: TenantId, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::Relaxed) {
        fed.number(tenant, 7).await;
        tokio::task::yield_now().await;
    }
}

/// Reads until it has seen `count` events.
async fn follow(fed: StoresWithFeed, tenant: TenantId, count: usize) -> Vec<SequencedEvent> {
    let (mut seen, mut after) = (Vec::new(), Sequence::START);
    while seen.len() < count {
        let page = fed.read(tenant, after, 10).await;
        for event in page.events {
            assert_eq!(event.sequence, after.advanced_by(1), "there is no gap");
            assert!(event.sequence <= page.head, "the head is in the same view");
            after = event.sequence;
            seen.push(event);
        }
        tokio::task::yield_now().await;
    }
    seen
}

/// Several writers, sequencers and readers run concurrently.
pub async fn readers_see_each_event_once_while_others_write_and_number(fed: StoresWithFeed) {
    const WRITERS: usize = 8;
    const CUSTOMERS: usize = 8;
    let tenant = fed.stores.tenant().await;
    let count = WRITERS * CUSTOMERS * 3;
    let stop = Arc::new(AtomicBool::new(false));
    let (mut writers, mut sequencers, mut readers) =
        (JoinSet::new(), JoinSet::new(), JoinSet::new());
    for _ in 0..WRITERS {
        writers.spawn(write(fed.clone(), tenant, CUSTOMERS));
    }
    for _ in 0..3 {
        sequencers.spawn(sequence_until(fed.clone(), tenant, stop.clone()));
        readers.spawn(follow(fed.clone(), tenant, count));
    }
    writers.join_all().await;
    let seen = readers.join_all().await;
    stop.store(true, Ordering::Relaxed);
    sequencers.join_all().await;
    let all = fed.all(tenant).await;
    assert_eq!(all.len(), count);
    assert!(seen.iter().all(|seen| *seen == all));
    let mut versions = HashMap::new();
    for event in &all {
        let EventBody::Customer(change) = &event.event.body else {
            panic!("a customer changed: {event:?}");
        };
        let version = versions.entry(change.customer_id).or_insert(0);
        *version += 1;
        assert_eq!(change.version.number(), *version);
    }
    assert_eq!(versions.len(), WRITERS * CUSTOMERS);
}
