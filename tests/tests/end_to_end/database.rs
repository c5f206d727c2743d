//! Outages of Postgres.

use std::time::{Duration, Instant};

use customers_test_support::eventually;
use customers_tests::{Answer, bodies};

use crate::deployment::Deployment;
use crate::load::Load;

/// Time limit of the contract for the store, and a reserve for a busy machine.
const STORE_TIMEOUT: Duration = Duration::from_secs(12);
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_of_postgres_under_load_loses_no_customer() {
    let deployment = Deployment::new().await;
    let copy = deployment.copy().await;
    let key = deployment.key("Acme").await;
    let load = Load::on(&[&copy], &key);
    load.goes_on(100).await;
    deployment.postgres.stop().await;
    eventually("the instance is not ready", RECOVERY_TIMEOUT, async || {
        !copy.is_ready().await
    })
    .await;
    deployment.postgres.start().await;
    load.goes_on(100).await;

    deployment.postgres.kill().await;
    deployment.postgres.start().await;
    load.goes_on(100).await;
    copy.ready().await;
    load.end(&deployment, &copy, &key).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_postgres_is_reported_in_time_and_the_service_recovers() {
    let deployment = Deployment::new().await;
    let copy = deployment.copy().await;
    let key = deployment.key("Acme").await;
    let caller = copy.caller(&key);
    let first = caller.create(&bodies::person(), None).await;
    assert_eq!(first.status, 201, "{}", first.text());

    deployment.postgres.freeze().await;
    let body = bodies::person();
    let started = Instant::now();
    let reader = caller.afresh();
    let (created, read, ready) = tokio::join!(
        caller.create(&body, Some("frozen")),
        reader.get(first.header("location")),
        eventually("the instance is not ready", STORE_TIMEOUT, async || !copy
            .is_ready()
            .await),
    );
    let () = ready;
    assert!(started.elapsed() < STORE_TIMEOUT, "{:?}", started.elapsed());
    assert_unavailable(&created);
    assert_unavailable(&read);
    assert_eq!(caller.get_without_key("/health/live").await.status, 200);

    deployment.postgres.thaw().await;
    eventually("creates work again", RECOVERY_TIMEOUT, async || {
        caller.create(&body, Some("frozen")).await.status == 201
    })
    .await;
    copy.ready().await;
    assert_eq!(caller.get(first.header("location")).await.id(), first.id());
    assert_eq!(deployment.count_customers().await, 2);
}

#[track_caller]
fn assert_unavailable(answer: &Answer) {
    let seconds = answer.header("retry-after");
    assert!(
        seconds.parse().is_ok_and(|seconds: u32| seconds >= 1),
        "{seconds}"
    );
    answer.assert_problem("unavailable", &[("retry-after", seconds)]);
}
