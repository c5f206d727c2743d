//! Two copies of the program behind one database.

use std::time::Duration;

use customers_test_support::eventually;
use customers_test_support::postgres::PostgresServer;
use customers_tests::{Caller, Program, bodies, stores};

#[tokio::test(flavor = "multi_thread")]
async fn one_key_sent_to_both_copies_at_once_makes_one_customer() {
    let server = PostgresServer::shared().await;
    let database = server.migrated_database(stores::bring_up).await;
    let key = Program::key(database.url(), "Acme");
    let (one, two) = (
        Program::serve(database.url(), &[]).await,
        Program::serve(database.url(), &[]).await,
    );
    let (one, two) = (Caller::new(&one, &key), Caller::new(&two, &key));
    for number in 0..20 {
        let body = bodies::person();
        let key = format!("both-{number}");
        let (first, second) =
            tokio::join!(one.create(&body, Some(&key)), two.create(&body, Some(&key)));
        assert_eq!(
            (first.status, second.status),
            (201, 201),
            "{}",
            second.text()
        );
        assert_eq!(first.body, second.body);
        let replays =
            [&first, &second].map(|answer| answer.headers.contains_key("idempotent-replayed"));
        assert_eq!(replays.iter().filter(|replayed| **replayed).count(), 1);
        assert_eq!(two.get(first.header("location")).await.id(), first.id());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_email_sent_to_both_copies_at_once_makes_one_customer() {
    let server = PostgresServer::shared().await;
    let database = server.migrated_database(stores::bring_up).await;
    let key = Program::key(database.url(), "Acme");
    let (one, two) = (
        Program::serve(database.url(), &[]).await,
        Program::serve(database.url(), &[]).await,
    );
    let (one, two) = (Caller::new(&one, &key), Caller::new(&two, &key));
    for _ in 0..20 {
        let body = bodies::person();
        let (first, second) = tokio::join!(one.create(&body, None), two.create(&body, None));
        let mut answers = [first, second];
        answers.sort_by_key(|answer| answer.status);
        assert_eq!(answers.each_ref().map(|answer| answer.status), [201, 409]);
        assert_eq!(
            answers[1].json()["conflict"]["customer_id"].as_str(),
            Some(answers[0].id().as_str())
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_is_refused_by_both_copies_within_five_seconds() {
    let server = PostgresServer::shared().await;
    let database = server.migrated_database(stores::bring_up).await;
    let url = database.url();
    let key = Program::key(url, "Acme");
    let (one, two) = (
        Program::serve(url, &[]).await,
        Program::serve(url, &[]).await,
    );
    let callers = [Caller::new(&one, &key), Caller::new(&two, &key)];
    for caller in &callers {
        assert_eq!(caller.create(&bodies::person(), None).await.status, 201);
    }
    let id = key.split('_').nth(1).unwrap();
    let revoked = Program::run(url, &["keys", "revoke", id]);
    assert!(
        revoked.status.success(),
        "{}",
        String::from_utf8_lossy(&revoked.stderr)
    );
    eventually("both refuse the key", Duration::from_secs(5), async || {
        let mut refused = true;
        for caller in &callers {
            refused &= caller.get("/customers/x").await.status == 401;
        }
        refused
    })
    .await;
}
