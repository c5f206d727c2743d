//! Clients that create customers continuously and retry failed requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use customers_test_support::eventually;
use customers_tests::{Answer, Caller, bodies};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::deployment::{Deployment, Instance};

const CLIENTS: usize = 8;
/// Maximum time to retry one request.
const RETRY_TIMEOUT: Duration = Duration::from_mins(1);
/// Pause before a retry.
const BACKOFF: Duration = Duration::from_millis(20);

/// An acknowledged customer.
struct Acknowledged {
    id: String,
    body: Value,
}

/// Running clients.
pub struct Load {
    acknowledged: Arc<AtomicUsize>,
    ending: Arc<AtomicBool>,
    clients: JoinSet<Vec<Acknowledged>>,
}

impl Load {
    /// Starts clients that alternate between the given instances.
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

    /// Waits until `more` further customers were acknowledged.
    pub async fn goes_on(&self, more: usize) {
        let goal = self.acknowledged.load(Ordering::Relaxed) + more;
        eventually("the load continues", RETRY_TIMEOUT, async || {
            self.acknowledged.load(Ordering::Relaxed) >= goal
        })
        .await;
    }

    /// Stops the clients. Panics unless the stored customers are exactly the acknowledged ones.
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

/// Sends a request, and retries it on the next instance until it succeeds.
async fn create(callers: &mut [Caller], name: &str) -> Acknowledged {
    let body = bodies::person();
    let repeated = async {
        loop {
            match callers[0].try_create(&body, Some(name)).await {
                Ok(answer) if answer.status == 201 => return answer.id(),
                Ok(answer) => assert!(is_retryable(&answer), "{}", answer.text()),
                Err(_) => {}
            }
            callers.rotate_left(1);
            tokio::time::sleep(BACKOFF).await;
        }
    };
    let id = tokio::time::timeout(RETRY_TIMEOUT, repeated).await;
    let id = id.expect("a create succeeds");
    Acknowledged { id, body }
}

fn is_retryable(answer: &Answer) -> bool {
    ["unavailable", "idempotency_in_progress"].contains(&answer.code().as_str())
}
