//! The lists of cases. Those of requests in general run on one store, and all others on every store.

#[macro_use]
mod creation;
#[macro_use]
mod life;
#[macro_use]
mod requests;

macro_rules! cases {
    ($store:path; $($subject:ident { $($case:ident,)* })*) => {
        $($(
            #[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                let app = TestApp::over($store().await).await;
                crate::$subject::$case(app).await;
            }
        )*)*
    };
}

macro_rules! event_feed {
    ($store:path) => {
        event_feed_cases!($store; events {
            a_feed_without_events_is_an_empty_page,
            each_change_is_an_event_without_personal_data,
            pages_follow_each_other_by_next_after,
            a_position_beyond_the_head_is_refused_at_once,
            parameters_of_a_read_are_checked,
            reading_events_needs_its_own_scope,
            events_of_another_tenant_are_not_in_the_feed,
            a_read_waits_for_the_next_event,
            a_read_that_waits_in_vain_is_an_empty_page,
            the_drain_ends_reads_that_wait,
        });
    };
}

macro_rules! event_feed_cases {
    ($store:path; $subject:ident { $($case:ident,)* }) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                let app = TestApp::feeding($store().await).await;
                crate::$subject::$case(app).await;
            }
        )*
    };
}

macro_rules! store_cases {
    ($store:path) => {
        creation!($store);
        life!($store);
    };
}
