//! Creating and reading the first customer.

use customers_tests::{Answer, bodies};
use serde_json::{Value, json};

use crate::deployment::Deployment;

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_created_read_and_kept_across_restarts() {
    let deployment = Deployment::new().await;
    let copy = deployment.copy().await;
    let key = deployment.key("Acme").await;
    let caller = copy.caller(&key);

    let created = caller.create(&bodies::seed(), None).await;
    assert_eq!(created.status, 201, "{}", created.text());
    assert_eq!(created.header("etag"), "\"1\"");
    let location = format!("/customers/{}", created.id());
    assert_eq!(created.header("location"), location);
    assert_eq!(created.json()["data"]["status"], "pending_kyc");

    let read = caller.get(&location).await;
    assert_eq!(read.status, 200, "{}", read.text());
    assert_holds(&read, &bodies::seed());

    assert_eq!(copy.stop().await, 0);
    deployment.postgres.stop().await;
    deployment.postgres.start().await;
    copy.start().await;
    let caller = copy.caller(&key);
    assert_eq!(caller.get(&location).await.body, read.body);
    let again = caller.create(&bodies::seed(), None).await;
    again.assert_problem_with("customer_already_exists", &[], |problem| {
        problem["conflict"] = json!({"field": "email", "customer_id": created.id()});
    });
}

/// Panics unless the customer has every member that was sent.
#[track_caller]
fn assert_holds(read: &Answer, sent: &Value) {
    let customer = &read.json()["data"];
    for (name, value) in sent.as_object().unwrap() {
        assert_eq!(&customer[name], value, "{name}");
    }
}
