//! Acknowledged creates survive `kill -9`.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use customers_test_support::eventually;
use customers_test_support::postgres::PostgresServer;
use customers_tests::{Caller, Program, bodies, stores};
use nix::sys::signal::Signal;
use serde_json::Value;
use tokio::task::JoinSet;

/// Number of concurrent clients.
const CLIENTS: usize = 8;
/// Number of acknowledged creates before the program is killed.
const ACKNOWLEDGED: usize = 150;

/// A create with its idempotency key, and the id in its response.
#[derive(Clone)]
struct Sent {
    key: String,
    body: Value,
    id: Option<String>,
}

/// Creates customers sequentially until the program is killed.
async fn create_until_killed(caller: Caller, name: String, sent: Arc<Mutex<Vec<Sent>>>) {
    for number in 0.. {
        let key = format!("{name}-{number}");
        let body = bodies::person();
        let answer = caller.try_create(&body, Some(&key)).await.ok();
        let is_gone = answer.is_none();
        let id = answer.map(|answer| {
            assert_eq!(answer.status, 201, "{}", answer.text());
            answer.id()
        });
        sent.lock().unwrap().push(Sent { key, body, id });
        if is_gone {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_kill_9_every_retried_request_has_exactly_one_customer() {
    let server = PostgresServer::shared().await;
    let database = server.migrated_database(stores::bring_up).await;
    let key = Program::key(database.url(), "Acme");
    let sent = Arc::new(Mutex::new(Vec::new()));
    for round in 0..2 {
        let program = Program::serve(database.url(), &[]).await;
        let caller = Caller::new(&program, &key);
        let mut callers = JoinSet::new();
        for number in 0..CLIENTS {
            let name = format!("crash-{round}-{number}");
            callers.spawn(create_until_killed(
                caller.afresh(),
                name,
                Arc::clone(&sent),
            ));
        }
        let enough = (round + 1) * ACKNOWLEDGED;
        eventually(
            "creates are acknowledged",
            Duration::from_mins(1),
            async || sent.lock().unwrap().len() >= enough,
        )
        .await;
        program.signal(Signal::SIGKILL);
        callers.join_all().await;
        drop(program);
    }

    let program = Program::serve(database.url(), &[]).await;
    let caller = Caller::new(&program, &key);
    let sent = sent.lock().unwrap().clone();
    assert!(
        sent.iter().any(|sent| sent.id.is_none()),
        "no request was in flight when the program was killed"
    );
    for Sent { key, body, id } in sent {
        let again = caller.create(&body, Some(&key)).await;
        assert_eq!(again.status, 201, "{}", again.text());
        if let Some(id) = id {
            assert_eq!(
                (again.id(), again.header("idempotent-replayed")),
                (id, "true")
            );
        }
        let unkeyed = caller.create(&body, None).await;
        assert_eq!(unkeyed.status, 409, "{}", unkeyed.text());
        assert_eq!(
            unkeyed.json()["conflict"]["customer_id"],
            Value::from(again.id())
        );
    }
}
