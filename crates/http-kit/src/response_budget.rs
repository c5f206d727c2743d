//! Memory for pages, from the read of a page until the client has received it.
//!
//! A page can take megabytes, and a client may read it slowly. All pages share one fair pool, so that a thousand slow
//! clients can neither exhaust the memory nor block others. Before a page is read from the store, it reserves an
//! estimate of its maximum size. Afterwards its JSON is measured. The estimate shrinks to the measured size, and the
//! JSON holds exactly its size until its last byte is sent.
//!
//! A request of a key whose unread pages hold the whole share of the key is refused before it reads from the store.
//!
//! Responses of at most the size of one item are not counted. A connection has one response at a time, so the
//! connection limit bounds them.

mod fair_pool;
mod warning_limit;

use std::io;
use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use customers_use_cases::Caller;
use http::header::CONTENT_TYPE;
use serde::Serialize;

use crate::problem::{Problem, common};
use fair_pool::{FairPool, Share};
use warning_limit::WarningLimit;

/// Bytes of all pages together.
const POOL_BYTES: usize = 88 * 1024 * 1024;
/// Maximum size of a response that is not counted, and maximum estimate of a page that is not counted.
const UNCOUNTED_BYTES: usize = 64 * 1024;

/// The memory of a page's values as a multiple of the size of its JSON.
const VALUES_PER_JSON: usize = 2;

/// Budget of all pages.
pub struct ResponseBudget {
    pool: Arc<FairPool>,
    warnings: WarningLimit,
}

/// Memory of a page that is being built.
pub struct Reservation<'b> {
    budget: &'b ResponseBudget,
    caller: Caller,
    /// `None` if the page is too small to be counted.
    estimate: Option<Share>,
}

impl ResponseBudget {
    pub(crate) fn new() -> Self {
        Self {
            pool: Arc::new(FairPool::new(POOL_BYTES)),
            warnings: WarningLimit::default(),
        }
    }

    /// Reserves memory for a page of at most `items` items of at most `item_bytes` bytes each.
    ///
    /// # Errors
    /// `unavailable` if the pool grants no share within two seconds.
    pub async fn reserve(
        &self,
        caller: Caller,
        items: u32,
        item_bytes: usize,
    ) -> Result<Reservation<'_>, Problem> {
        let items = usize::try_from(items).unwrap_or(usize::MAX);
        let bytes = items.saturating_mul(item_bytes);
        let estimate = if bytes <= UNCOUNTED_BYTES {
            None
        } else {
            let share = self.pool.take(caller, bytes).await;
            Some(share.ok_or_else(|| self.exhausted())?)
        };
        Ok(Reservation {
            budget: self,
            caller,
            estimate,
        })
    }

    /// Returns the problem for a page without memory, and logs the key that holds the most.
    fn exhausted(&self) -> Problem {
        if let Some((key_id, bytes)) = self.pool.greatest_holder()
            && self.warnings.is_due(key_id)
        {
            tracing::warn!(%key_id, bytes, "the memory for pages is exhausted");
        }
        Problem::new(&common::UNAVAILABLE)
    }
}

impl Reservation<'_> {
    /// Returns the page as a JSON response, which holds its own size until it has been sent.
    ///
    /// # Errors
    /// `unavailable` if the pool grants no share within two seconds.
    pub async fn json<T: Serialize + Sync>(mut self, page: &T) -> Result<Response, Problem> {
        let size = match &mut self.estimate {
            Some(estimate) => {
                let size = measure(page)?;
                estimate.shrink(VALUES_PER_JSON * size);
                size
            }
            None => 0,
        };
        let share = if size <= UNCOUNTED_BYTES {
            None
        } else {
            let share = self.budget.pool.take_more(self.caller, size).await;
            Some(share.ok_or_else(|| self.budget.exhausted())?)
        };
        let mut json = Vec::with_capacity(size);
        write(page, &mut json)?;
        let body = match share {
            Some(share) => Bytes::from_owner(CountedBytes {
                json,
                _share: share,
            }),
            None => Bytes::from(json),
        };
        Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
    }
}

fn write(page: &impl Serialize, out: impl io::Write) -> Result<(), Problem> {
    serde_json::to_writer(out, page).map_err(|_| Problem::new(&common::INTERNAL))
}

/// Returns the size of the page as JSON, in bytes.
fn measure(page: &impl Serialize) -> Result<usize, Problem> {
    let mut size = ByteCounter(0);
    write(page, &mut size)?;
    Ok(size.0)
}

struct ByteCounter(usize);

impl io::Write for ByteCounter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes that return their share when they are dropped.
struct CountedBytes {
    json: Vec<u8>,
    _share: Share,
}

impl AsRef<[u8]> for CountedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.json
    }
}

#[cfg(test)]
mod tests;
