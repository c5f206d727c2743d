//! The memory that pages may take: while they are built, and until their clients have read them.
//!
//! A page can be megabytes, and a client may take its time over it. A thousand such clients must not exhaust the
//! program, nor keep others from their pages, so pages share a fair pool. Before a page is read from the store, it holds
//! an estimate of the most that its items can take. Once it has been read its JSON is measured: the estimate shrinks to
//! match, and the JSON holds exactly its size until the last byte is sent.
//!
//! A key whose unread pages hold its share is refused before its next page costs any work.
//!
//! What is no larger than one item's response is not counted: a connection has one response at a time, so the bound on
//! connections bounds these.

mod fair_pool;
mod notices;

use std::io;
use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use customers_use_cases::Caller;
use http::header::CONTENT_TYPE;
use serde::Serialize;

use crate::problem::{Problem, common};
use fair_pool::{FairPool, Share};
use notices::Notices;

/// Bytes that all pages together may take.
const POOL_BYTES: usize = 88 * 1024 * 1024;
/// Responses up to this size are not counted, nor pages whose estimate is no greater.
const UNCOUNTED_BYTES: usize = 64 * 1024;

/// The memory of a page's values as a multiple of the size of its JSON.
const VALUES_PER_JSON: usize = 2;

/// The budget of all pages.
pub struct ResponseBudget {
    pool: Arc<FairPool>,
    warnings: Notices,
}

/// Memory for a page that is being built.
pub struct Reservation<'b> {
    budget: &'b ResponseBudget,
    caller: Caller,
    /// `None` where the page is too small to be counted.
    estimate: Option<Share>,
}

impl ResponseBudget {
    pub(crate) fn new() -> Self {
        Self {
            pool: Arc::new(FairPool::new(POOL_BYTES)),
            warnings: Notices::default(),
        }
    }

    /// Reserves memory to build a page of at most that many items, each of at most `item_bytes`.
    ///
    /// # Errors
    /// `unavailable` if the caller's share is in use for too long.
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

    /// The problem of a page for which there is no memory, with a warning about the key that holds the most.
    fn exhausted(&self) -> Problem {
        if let Some((key_id, bytes)) = self.pool.greatest_holder()
            && self.warnings.is_due(key_id)
        {
            tracing::warn!(%key_id, bytes, "pages hold all the memory that they may");
        }
        Problem::new(&common::UNAVAILABLE)
    }
}

impl Reservation<'_> {
    /// The page as a JSON response, which holds its own size until it has been sent.
    ///
    /// # Errors
    /// `unavailable` if pages hold all the memory for too long.
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
            Some(share) => Bytes::from_owner(Counted {
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

/// The bytes that the page takes as JSON.
fn measure(page: &impl Serialize) -> Result<usize, Problem> {
    let mut size = Size(0);
    write(page, &mut size)?;
    Ok(size.0)
}

struct Size(usize);

impl io::Write for Size {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes that return their share when they are dropped.
struct Counted {
    json: Vec<u8>,
    _share: Share,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.json
    }
}

#[cfg(test)]
mod tests;
