//! Request bodies that the service did not read completely.

use std::{
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use http_body::Body as _;
use hyper::body::Incoming;

/// The unread part of the current request body.
///
/// If a body is dropped before it has arrived, hyper closes the connection without notifying the client. A small rest
/// is therefore kept here and discarded as it arrives, so that the connection can be used again.
#[derive(Default)]
pub(super) struct UnreadBody(Mutex<Rest>);

#[derive(Default)]
enum Rest {
    /// There is no rest, or the connection will close.
    #[default]
    None,
    /// The service is working and may still read the body.
    InService,
    /// The service has dropped the body.
    Kept {
        incoming: Incoming,
        awaits_continue: bool,
    },
    /// The rest is read and dropped as it arrives.
    Discarding(Incoming),
}

impl UnreadBody {
    /// Resets the state for the next request.
    pub(super) fn begin(&self) {
        *self.rest() = Rest::InService;
    }

    /// Keeps the rest of a body. `awaits_continue` is true if the client may wait for `100 Continue` before it sends
    /// the body.
    pub(super) fn keep(&self, incoming: Incoming, awaits_continue: bool) {
        let mut rest = self.rest();
        if matches!(*rest, Rest::InService) {
            *rest = Rest::Kept {
                incoming,
                awaits_continue,
            };
        }
    }

    /// Starts to discard the rest, if any. Returns `false` if that is not possible because its length is not declared
    /// or exceeds `limit` bytes, or because the client may never send it. The rest is then dropped, and the connection
    /// must close.
    pub(super) fn discard(&self, limit: u64) -> bool {
        let mut rest = self.rest();
        let (next, discarded) = match std::mem::take(&mut *rest) {
            Rest::Kept {
                incoming,
                awaits_continue: false,
            } if incoming.size_hint().exact().is_some_and(|n| n <= limit) => {
                (Rest::Discarding(incoming), true)
            }
            Rest::Kept { .. } => (Rest::None, false),
            Rest::None | Rest::InService | Rest::Discarding(_) => (Rest::None, true),
        };
        *rest = next;
        discarded
    }

    /// Drops the rest unread, whereupon hyper closes the connection.
    pub(super) fn abandon(&self) {
        *self.rest() = Rest::None;
    }

    /// Returns whether a rest is still arriving.
    pub(super) fn is_discarding(&self) -> bool {
        matches!(*self.rest(), Rest::Discarding(_))
    }

    /// Discards the bytes that have arrived. Returns `Ready` when nothing is left.
    pub(super) fn poll_discard(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut rest = self.rest();
        while let Rest::Discarding(incoming) = &mut *rest {
            match Pin::new(&mut *incoming).poll_frame(cx) {
                // hyper reports the end only with the next request, so the declared length decides.
                Poll::Ready(Some(Ok(_))) if !incoming.is_end_stream() => {}
                Poll::Ready(_) => *rest = Rest::None,
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(())
    }

    fn rest(&self) -> MutexGuard<'_, Rest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
