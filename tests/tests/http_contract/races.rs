//! Concurrent changes of one customer.

use std::collections::BTreeSet;

use customers_tests::{Answer, Call, TestApp, bodies};
use serde_json::json;

use crate::parallel::at_once;

const ROUNDS: usize = 8;

fn with_status(answers: &[Answer], status: u16) -> Vec<&Answer> {
    let of = answers.iter().filter(|answer| answer.status == status);
    of.collect()
}

/// Panics unless exactly one of the requests succeeds, the others conflict, and the history shows it.
async fn assert_one_won(app: &TestApp, id: &str, calls: Vec<Call>) {
    let count = calls.len();
    let answers = at_once(app, calls).await;
    let won = with_status(&answers, 200);
    assert_eq!((answers.len(), won.len()), (count, 1));
    won[0].assert_customer(2);
    for late in answers.iter().filter(|answer| answer.status != 200) {
        late.assert_problem("version_mismatch", &[]);
    }
    assert_eq!(app.history(id).await.len(), 2);
    assert_eq!(app.customer(id).await, won[0].json()["data"]);
}

pub async fn of_concurrent_patches_of_one_version_one_is_stored(app: TestApp) {
    for _ in 0..ROUNDS {
        let id = app.create(&bodies::person()).await.id();
        let calls = (0..2).map(|n| {
            let patch = json!({"first_name": format!("James {n}")});
            app.patch(&id, 1, &patch)
        });
        assert_one_won(&app, &id, calls.collect()).await;
    }
}

pub async fn of_concurrent_verbs_on_one_version_one_is_stored(app: TestApp) {
    for _ in 0..ROUNDS {
        let id = app.create(&bodies::person()).await.id();
        let body = json!({"reason": "documents seen"});
        let verbs = ["approve", "reject", "submit", "close", "approve"];
        let calls = verbs.map(|verb| app.decision(&id, verb, 1, &body));
        assert_one_won(&app, &id, calls.to_vec()).await;
    }
}

pub async fn of_a_concurrent_patch_and_verb_one_is_stored(app: TestApp) {
    for _ in 0..ROUNDS {
        let id = app.create(&bodies::person()).await.id();
        let calls = vec![
            app.patch(&id, 1, &json!({"first_name": "Jim"})),
            app.decision(&id, "approve", 1, &json!({})),
        ];
        assert_one_won(&app, &id, calls).await;
    }
}

pub async fn concurrent_retries_of_a_decision_make_one_change_and_get_one_response(app: TestApp) {
    let id = app.create(&bodies::whole_person()).await.id();
    let body = json!({"reason": "documents seen", "decision_id": "kyc-1"});
    let calls = (0..20).map(|_| app.decision(&id, "approve", 1, &body));
    let answers = at_once(&app, calls).await;
    let mut first = 0;
    for answer in &answers {
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.body, answers[0].body);
        assert_eq!(answer.header("etag"), "\"2\"");
        match answer.header("idempotent-replayed") {
            "" => first += 1,
            replayed => assert_eq!(replayed, "true"),
        }
    }
    assert_eq!(first, 1);
    assert_eq!(app.history(&id).await.len(), 2);
}

pub async fn of_concurrent_decisions_with_one_id_one_is_stored(app: TestApp) {
    for round in 0..ROUNDS {
        let decision_id = format!("kyc-{round}");
        let id = app.create(&bodies::person()).await.id();
        let other = app.create(&bodies::person()).await.id();
        let body = |reason| json!({"reason": reason, "decision_id": decision_id});
        let calls = [
            app.decision(&id, "approve", 1, &body("one")),
            app.decision(&id, "reject", 1, &body("one")),
            app.decision(&id, "approve", 1, &body("two")),
            app.decision(&other, "approve", 1, &body("one")),
        ];
        let answers = at_once(&app, calls).await;
        assert_eq!(with_status(&answers, 200).len(), 1);
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            answer.assert_problem("idempotency_key_reused", &[]);
        }
        let entries = app.history(&id).await.len() + app.history(&other).await.len();
        assert_eq!(entries, 3);
    }
}

pub async fn of_concurrent_patches_to_one_email_one_is_stored(app: TestApp) {
    let mut calls = Vec::new();
    for _ in 0..6 {
        let id = app.create(&bodies::person()).await.id();
        calls.push(app.patch(&id, 1, &json!({"email": "wanted@example.com"})));
    }
    let answers = at_once(&app, calls).await;
    let won = with_status(&answers, 200);
    assert_eq!(won.len(), 1);
    let holder = won[0].id();
    for answer in with_status(&answers, 409) {
        assert_eq!(answer.json()["conflict"]["customer_id"], json!(holder));
    }
    let statuses: BTreeSet<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, BTreeSet::from([200, 409]));
}
