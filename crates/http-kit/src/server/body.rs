//! The bodies of a request and of its answer, which tell their connection how far they are.

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

/// A request's body took longer to arrive than [`Limits::body`](super::Limits::body). The right answer is 408; the
/// connection closes after whatever answer there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyTimedOut;

impl BodyTimedOut {
    /// Whether a failure to read a body is, or comes from, this one.
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

/// The body of a request, which fails when it is late.
pub(super) struct RequestBody {
    /// Until it breaks off.
    incoming: Option<Incoming>,
    /// The client may wait for `100 Continue`, and nothing has come yet.
    awaits_continue: bool,
    slot: Arc<Slot>,
}

impl RequestBody {
    /// The request as the service sees it.
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

impl HttpBody for RequestBody {
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
        if body.slot.body_is_late() {
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
                body.slot.body_broke();
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

impl Drop for RequestBody {
    fn drop(&mut self) {
        if let Some(incoming) = self.incoming.take().filter(|rest| !rest.is_end_stream()) {
            self.slot.unread().leave(incoming, self.awaits_continue);
        }
        self.slot.body_ended();
    }
}

/// The body of an answer. Once it is dropped, all of it has been taken and waits to be written.
pub(super) struct AnswerBody {
    body: Body,
    slot: Arc<Slot>,
}

impl AnswerBody {
    pub(super) fn new(body: Body, slot: Arc<Slot>) -> Self {
        Self { body, slot }
    }
}

impl HttpBody for AnswerBody {
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

impl Drop for AnswerBody {
    fn drop(&mut self) {
        self.slot.answer_taken();
    }
}
