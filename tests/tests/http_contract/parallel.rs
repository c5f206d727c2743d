//! Concurrent creates.

use customers_tests::{Answer, Call, TestApp, bodies};
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// Sends all requests concurrently.
pub(crate) async fn at_once(app: &TestApp, calls: impl IntoIterator<Item = Call>) -> Vec<Answer> {
    let mut running = JoinSet::new();
    for call in calls {
        let app = app.clone();
        running.spawn(async move { app.send(call).await });
    }
    running.join_all().await
}

fn created(answers: &[Answer]) -> Vec<&Answer> {
    answers
        .iter()
        .filter(|answer| answer.status == 201)
        .collect()
}

pub async fn of_a_hundred_creates_with_one_email_one_succeeds_and_the_others_name_it(app: TestApp) {
    let calls = (0..100).map(|n| {
        app.post(&bodies::with(
            bodies::seed(),
            "/first_name",
            format!("James {n}"),
        ))
    });
    let answers = at_once(&app, calls).await;
    let created = created(&answers);
    assert_eq!((answers.len(), created.len()), (100, 1));
    let holder = created[0].id();
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.assert_problem_with("customer_already_exists", &[], |problem| {
            problem["conflict"] = json!({"field": "email", "customer_id": holder});
        });
    }
}

pub async fn eighty_requests_with_one_key_create_one_customer(app: TestApp) {
    let body = bodies::person();
    let answers = at_once(&app, (0..80).map(|_| app.post(&body).once("one"))).await;
    let created = created(&answers);
    assert!(!created.is_empty());
    assert!(created.iter().all(|answer| answer.body == created[0].body));
    let first: Vec<_> = created
        .iter()
        .filter(|answer| !answer.headers.contains_key("idempotent-replayed"))
        .collect();
    assert_eq!(first.len(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.assert_problem("idempotency_in_progress", &[("retry-after", "1")]);
    }
    let taken = app.send(app.post(&body)).await;
    assert_eq!(
        taken.json()["conflict"]["customer_id"],
        Value::from(created[0].id())
    );
}

pub async fn eighty_bodies_under_one_key_create_one_customer(app: TestApp) {
    let sent: Vec<Value> = (0..80).map(|_| bodies::person()).collect();
    let answers = at_once(&app, sent.iter().map(|body| app.post(body).once("one"))).await;
    assert_eq!(created(&answers).len(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.assert_problem("idempotency_key_reused", &[]);
    }
    // All emails except one are still free.
    let free = at_once(&app, sent.iter().map(|body| app.post(body))).await;
    assert_eq!(created(&free).len(), 79);
}
