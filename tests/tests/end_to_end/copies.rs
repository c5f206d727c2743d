//! Two instances of the program with one database.

use std::time::Duration;

use customers_test_support::eventually;
use customers_tests::bodies;

use crate::deployment::Deployment;

/// Time limit of the contract.
const REVOKED_WITHIN: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn one_idempotency_key_sent_to_both_instances_at_once_creates_one_customer() {
    let deployment = Deployment::new().await;
    let (one, two) = tokio::join!(deployment.copy(), deployment.copy());
    let key = deployment.key("Acme").await;
    let (one, two) = (one.caller(&key), two.caller(&key));
    for number in 0..20 {
        let body = bodies::person();
        let name = format!("both-{number}");
        let repeated = Some(name.as_str());
        let (first, second) =
            tokio::join!(one.create(&body, repeated), two.create(&body, repeated));
        assert_eq!(
            (first.status, second.status),
            (201, 201),
            "{}",
            second.text()
        );
        assert_eq!(first.body, second.body);
        let replays = [&first, &second].map(|answer| answer.header("idempotent-replayed"));
        assert!(
            [["", "true"], ["true", ""]].contains(&replays),
            "{replays:?}"
        );
        assert_eq!(two.get(first.header("location")).await.id(), first.id());
    }
    assert_eq!(deployment.count_customers().await, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_email_sent_to_both_instances_at_once_creates_one_customer() {
    let deployment = Deployment::new().await;
    let (one, two) = tokio::join!(deployment.copy(), deployment.copy());
    let key = deployment.key("Acme").await;
    let (one, two) = (one.caller(&key), two.caller(&key));
    for _ in 0..20 {
        let body = bodies::person();
        let (first, second) = tokio::join!(one.create(&body, None), two.create(&body, None));
        let mut answers = [first, second];
        answers.sort_by_key(|answer| answer.status);
        let [created, refused] = answers;
        assert_eq!((created.status, refused.status), (201, 409));
        let holder = &refused.json()["conflict"]["customer_id"];
        assert_eq!(holder.as_str(), Some(created.id().as_str()));
    }
    assert_eq!(deployment.count_customers().await, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_is_refused_by_both_instances_within_five_seconds() {
    let deployment = Deployment::new().await;
    let (one, two) = tokio::join!(deployment.copy(), deployment.copy());
    let key = deployment.key("Acme").await;
    let callers = [one.caller(&key), two.caller(&key)];
    for caller in &callers {
        assert_eq!(caller.create(&bodies::person(), None).await.status, 201);
    }
    let id = key.split('_').nth(1).unwrap();
    deployment.keys(&["revoke", id]).await;
    eventually("both refuse the key", REVOKED_WITHIN, async || {
        let mut refused = true;
        for caller in &callers {
            refused &= caller.get("/customers/x").await.status == 401;
        }
        refused
    })
    .await;
}
