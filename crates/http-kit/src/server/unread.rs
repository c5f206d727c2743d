//! Request bodies that the service did not read to their end.

use std::{
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use http_body::Body as _;
use hyper::body::Incoming;

/// What the service left of the present request's body.
///
/// hyper closes a connection whose body is dropped before it has arrived, without telling the client. A rest that is
/// small enough is therefore kept here and discarded as it arrives, so that the connection can be used again.
#[derive(Default)]
pub(super) struct UnreadBody(Mutex<Rest>);

#[derive(Default)]
enum Rest {
    /// There is none, or it is decided that the connection closes.
    #[default]
    None,
    /// The service is at work and may still read the body.
    Awaited,
    /// The service has let go of it.
    Left {
        incoming: Incoming,
        awaits_continue: bool,
    },
    /// It is read and dropped as it arrives.
    Discarding(Incoming),
}

impl UnreadBody {
    /// Prepares for the body of the next request.
    pub(super) fn begin(&self) {
        *self.rest() = Rest::Awaited;
    }

    /// Takes the rest of a body. `awaits_continue` says that the client may wait for `100 Continue` before it sends it.
    pub(super) fn leave(&self, incoming: Incoming, awaits_continue: bool) {
        let mut rest = self.rest();
        if matches!(*rest, Rest::Awaited) {
            *rest = Rest::Left {
                incoming,
                awaits_continue,
            };
        }
    }

    /// Starts to discard the rest, where there is one. False if that cannot be done: its length is not declared or
    /// exceeds `limit` bytes, or the client may never send it. It is then dropped, and the connection must close.
    pub(super) fn discard(&self, limit: u64) -> bool {
        let mut rest = self.rest();
        let (next, discarded) = match std::mem::take(&mut *rest) {
            Rest::Left {
                incoming,
                awaits_continue: false,
            } if incoming.size_hint().exact().is_some_and(|n| n <= limit) => {
                (Rest::Discarding(incoming), true)
            }
            Rest::Left { .. } => (Rest::None, false),
            Rest::None | Rest::Awaited | Rest::Discarding(_) => (Rest::None, true),
        };
        *rest = next;
        discarded
    }

    /// Drops the rest unread, upon which hyper closes the connection.
    pub(super) fn abandon(&self) {
        *self.rest() = Rest::None;
    }

    /// Whether a rest is still arriving.
    pub(super) fn is_discarding(&self) -> bool {
        matches!(*self.rest(), Rest::Discarding(_))
    }

    /// Discards what has arrived. Ready once nothing is left to discard.
    pub(super) fn poll_discard(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut rest = self.rest();
        while let Rest::Discarding(incoming) = &mut *rest {
            match Pin::new(&mut *incoming).poll_frame(cx) {
                // hyper ends the stream only with the next request, so the declared length decides.
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
