//! The memory that answers may take which wait to be read.
//!
//! A page of customers can be megabytes, and a caller may take its time over it. A thousand such
//! callers must not exhaust the program, so pages share a budget: one is reserved for before it is
//! read from the store, at its worst, and its bytes count until the last of them is sent.

use std::sync::Arc;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::problem::{Problem, common};

const KIB: usize = 1024;
/// What all answers together may take, in KiB.
const BUDGET_KIB: usize = 96 * 1024;
/// How long a request waits for its share.
const WAIT: Duration = Duration::from_secs(2);

/// The budget.
pub struct ResponseBudget(Arc<Semaphore>);

/// A share of it.
pub struct Reservation(OwnedSemaphorePermit);

impl ResponseBudget {
    /// Creates an unused budget.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(BUDGET_KIB)))
    }

    /// Reserves for so many items of that size.
    ///
    /// # Errors
    /// `unavailable`, when others hold the budget for too long.
    pub async fn reserve(&self, items: u32, item_kib: u32) -> Result<Reservation, Problem> {
        let share = Arc::clone(&self.0).acquire_many_owned(items.saturating_mul(item_kib));
        if let Ok(Ok(permit)) = timeout(WAIT, share).await {
            return Ok(Reservation(permit));
        }
        tracing::warn!("answers that nobody reads hold all the memory that they may");
        Err(Problem::new(&common::UNAVAILABLE))
    }
}

impl Reservation {
    /// The answer as JSON. What it does not take of the reservation is given back now, the rest when
    /// the answer has been sent.
    ///
    /// # Errors
    /// `internal`, when the value cannot be written as JSON.
    pub fn json<T: Serialize>(mut self, answer: &T) -> Result<Response, Problem> {
        let json = serde_json::to_vec(answer).map_err(|_| Problem::new(&common::INTERNAL))?;
        let json = json.into_boxed_slice();
        let surplus = self
            .0
            .num_permits()
            .saturating_sub(json.len().div_ceil(KIB));
        drop(self.0.split(surplus));
        let body = Bytes::from_owner(Reserved {
            json,
            _share: self.0,
        });
        Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
    }
}

/// Bytes that give their share back when the last one who holds them lets go.
struct Reserved {
    json: Box<[u8]>,
    _share: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Reserved {
    fn as_ref(&self) -> &[u8] {
        &self.json
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    const CUSTOMER_KIB: u32 = 128;

    #[tokio::test(start_paused = true)]
    async fn an_answer_counts_for_what_it_takes_until_it_is_gone() {
        let budget = ResponseBudget::new();
        let reservation = budget.reserve(200, CUSTOMER_KIB).await.unwrap();
        assert_eq!(budget.0.available_permits(), BUDGET_KIB - 200 * 128);
        let answer = reservation.json(&"x".repeat(3 * KIB)).unwrap();
        assert_eq!(budget.0.available_permits(), BUDGET_KIB - 4);
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(bytes.len(), 3 * KIB + 2);
        assert_eq!(budget.0.available_permits(), BUDGET_KIB - 4);
        drop(bytes);
        assert_eq!(budget.0.available_permits(), BUDGET_KIB);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_too_long_for_a_share_is_turned_away() {
        let budget = ResponseBudget::new();
        let mut held = Vec::new();
        for _ in 0..3 {
            held.push(budget.reserve(200, CUSTOMER_KIB).await.unwrap());
        }
        assert!(budget.reserve(200, CUSTOMER_KIB).await.is_err());
        held.pop();
        assert!(budget.reserve(200, CUSTOMER_KIB).await.is_ok());
    }
}
