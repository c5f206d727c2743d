//! Request and response bodies that update the phase of their connection.

use std::{
    error::Error,
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    BoxError,
    body::{Body, Bytes},
};
use http::{Request, header};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;

use super::slot::Slot;

/// A request body did not arrive within [`Limits::body`](super::Limits::body). The service should respond with 408. The
/// connection closes after the response in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyTimedOut;

impl BodyTimedOut {
    /// Returns whether `error` or one of its sources is this one.
    pub fn caused(error: &(dyn Error + 'static)) -> bool {
        let mut next = Some(error);
        while let Some(error) = next {
            if error.is::<Self>() {
                return true;
            }
            next = error.source();
        }
        false
    }
}

impl fmt::Display for BodyTimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body took too long to arrive")
    }
}

impl Error for BodyTimedOut {}

/// A request body with a timeout.
pub(super) struct TimedBody {
    /// `None` after an error or the end.
    incoming: Option<Incoming>,
    /// The client may wait for `100 Continue`, and no byte of the body has arrived.
    awaits_continue: bool,
    slot: Arc<Slot>,
}

impl TimedBody {
    /// Wraps the body of a request for the service.
    pub(super) fn wrap(request: Request<Incoming>, slot: &Arc<Slot>) -> Request<Body> {
        let awaits_continue = request.headers().contains_key(header::EXPECT);
        request.map(|incoming| {
            if incoming.is_end_stream() {
                return Body::empty();
            }
            Body::new(Self {
                incoming: Some(incoming),
                awaits_continue,
                slot: Arc::clone(slot),
            })
        })
    }
}

impl HttpBody for TimedBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let body = self.get_mut();
        let Some(incoming) = &mut body.incoming else {
            return Poll::Ready(None);
        };
        if body.slot.body_timed_out() {
            return Poll::Ready(Some(Err(BodyTimedOut.into())));
        }
        match Pin::new(&mut *incoming).poll_frame(cx) {
            Poll::Pending if body.slot.await_body(cx.waker()) => Poll::Pending,
            Poll::Pending => Poll::Ready(Some(Err(BodyTimedOut.into()))),
            Poll::Ready(Some(Ok(frame))) => {
                body.awaits_continue = false;
                if incoming.is_end_stream() {
                    body.slot.body_ended();
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => {
                body.incoming = None;
                body.slot.body_failed();
                Poll::Ready(Some(Err(error.into())))
            }
            Poll::Ready(None) => {
                body.incoming = None;
                body.slot.body_ended();
                Poll::Ready(None)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let incoming = self.incoming.as_ref();
        incoming.map_or_else(|| SizeHint::with_exact(0), Incoming::size_hint)
    }
}

impl Drop for TimedBody {
    fn drop(&mut self) {
        if let Some(incoming) = self.incoming.take().filter(|rest| !rest.is_end_stream()) {
            self.slot.unread().keep(incoming, self.awaits_continue);
        }
        self.slot.body_ended();
    }
}

/// A response body. When it is dropped, the whole response waits to be written to the socket.
pub(super) struct ResponseBody {
    body: Body,
    slot: Arc<Slot>,
}

impl ResponseBody {
    pub(super) fn new(body: Body, slot: Arc<Slot>) -> Self {
        Self { body, slot }
    }
}

impl HttpBody for ResponseBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        self.slot.response_produced();
    }
}
