//! Clients that create customers all the time, and repeat what failed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use customers_test_support::eventually;
use customers_tests::{Answer, Caller, bodies};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::deployment::{Deployment, Instance};

const CLIENTS: usize = 8;
/// How long a client goes on repeating one request.
const PATIENCE: Duration = Duration::from_mins(1);
/// What it rests before it does.
const BACK_OFF: Duration = Duration::from_millis(20);

/// A customer that was acknowledged.
struct Acknowledged {
    id: String,
    body: Value,
}

/// Clients at work, until they are told to end.
pub struct Load {
    acknowledged: Arc<AtomicUsize>,
    ending: Arc<AtomicBool>,
    clients: JoinSet<Vec<Acknowledged>>,
}

impl Load {
    /// Starts clients that take turns among these copies.
    pub fn on(copies: &[&Instance], key: &str) -> Self {
        let mut load = Self {
            acknowledged: Arc::default(),
            ending: Arc::default(),
            clients: JoinSet::new(),
        };
        for number in 0..CLIENTS {
            let mut callers: Vec<Caller> = copies.iter().map(|copy| copy.caller(key)).collect();
            callers.rotate_left(number % copies.len());
            let (count, ending) = (Arc::clone(&load.acknowledged), Arc::clone(&load.ending));
            load.clients.spawn(async move {
                let mut acknowledged = Vec::new();
                while !ending.load(Ordering::Relaxed) {
                    let name = format!("client-{number}-{}", acknowledged.len());
                    acknowledged.push(create(&mut callers, &name).await);
                    count.fetch_add(1, Ordering::Relaxed);
                }
                acknowledged
            });
        }
        load
    }

    /// Waits until that many more customers were acknowledged.
    pub async fn goes_on(&self, more: usize) {
        let goal = self.acknowledged.load(Ordering::Relaxed) + more;
        eventually("the load goes on", PATIENCE, async || {
            self.acknowledged.load(Ordering::Relaxed) >= goal
        })
        .await;
    }

    /// Ends the clients, and fails unless every customer that was acknowledged is there, once, and no
    /// other is.
    pub async fn end(self, deployment: &Deployment, copy: &Instance, key: &str) {
        self.ending.store(true, Ordering::Relaxed);
        let acknowledged = self.clients.join_all().await;
        let acknowledged: Vec<_> = acknowledged.into_iter().flatten().collect();
        let caller = copy.caller(key);
        for Acknowledged { id, body } in &acknowledged {
            let read = caller.get(&format!("/customers/{id}")).await;
            assert_eq!(read.status, 200, "{}", read.text());
            assert_eq!(read.json()["data"]["email"], body["email"]);
        }
        assert_eq!(deployment.count_customers().await, acknowledged.len());
    }
}

/// Sends one request again and again, each time to the next copy, until it is answered for good.
async fn create(callers: &mut [Caller], name: &str) -> Acknowledged {
    let body = bodies::person();
    let repeated = async {
        loop {
            match callers[0].try_create(&body, Some(name)).await {
                Ok(answer) if answer.status == 201 => return answer.id(),
                Ok(answer) => assert!(may_be_repeated(&answer), "{}", answer.text()),
                Err(_) => {}
            }
            callers.rotate_left(1);
            tokio::time::sleep(BACK_OFF).await;
        }
    };
    let id = tokio::time::timeout(PATIENCE, repeated).await;
    let id = id.expect("a create gets through");
    Acknowledged { id, body }
}

fn may_be_repeated(answer: &Answer) -> bool {
    ["unavailable", "idempotency_in_progress"].contains(&answer.code().as_str())
}
