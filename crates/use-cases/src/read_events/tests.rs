use customers_ports::{MockEventFeed, MockHeadWatch};

use super::*;
use crate::fixtures::{caller, tenant_id};

fn sequence(number: u64) -> Sequence {
    Sequence::from_number(number).unwrap()
}

async fn read(after: u64, head: u64) -> Result<EventPage, ReadEventsError> {
    let mut feed = MockEventFeed::new();
    feed.expect_read()
        .once()
        .withf(|tenant, query| *tenant == tenant_id() && query.limit == 10)
        .return_once(move |_, _| {
            Ok(EventPage {
                events: Vec::new(),
                head: sequence(head),
                has_more: false,
            })
        });
    let service = EventService::new(Arc::new(feed), Arc::new(MockHeadWatch::new()));
    let query = EventQuery {
        after: sequence(after),
        limit: 10,
    };
    service.read(caller(), query).await
}

#[tokio::test]
async fn a_page_may_start_at_the_head_and_not_beyond_it() {
    for after in [0, 6, 7] {
        assert_eq!(read(after, 7).await.unwrap().head, sequence(7));
    }
    assert_eq!(read(8, 7).await, Err(ReadEventsError::BeyondHead));
}

#[tokio::test]
async fn a_failing_store_is_reported_as_such() {
    let failure = StoreError::unavailable("gone");
    let mut feed = MockEventFeed::new();
    let returned = failure.clone();
    feed.expect_read().return_once(move |_, _| Err(returned));
    let service = EventService::new(Arc::new(feed), Arc::new(MockHeadWatch::new()));
    let query = EventQuery {
        after: Sequence::START,
        limit: 10,
    };
    assert_eq!(
        service.read(caller(), query).await,
        Err(ReadEventsError::Store(failure))
    );
}

#[tokio::test]
async fn a_wait_is_for_the_tenant_and_the_key_of_the_caller() {
    let mut heads = MockHeadWatch::new();
    let at_most = Duration::from_secs(30);
    heads
        .expect_wait_beyond()
        .once()
        .withf(move |tenant, key, after, limit| {
            let caller = caller();
            (*tenant, *key) == (caller.tenant_id, caller.api_key_id)
                && (*after, *limit) == (sequence(7), at_most)
        })
        .return_const(());
    let service = EventService::new(Arc::new(MockEventFeed::new()), Arc::new(heads));
    service.wait(caller(), sequence(7), at_most).await;
}
