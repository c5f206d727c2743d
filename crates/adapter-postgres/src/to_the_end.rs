//! Work that must be finished once it has begun.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;

/// Runs the work in the caller's task. If the caller goes away, a task of its own finishes the work.
///
/// A task costs two wake-ups of another thread, which work in the caller's task saves.
/// The output is `None` if the work panicked.
pub(crate) fn to_the_end<F>(work: F) -> ToTheEnd<F>
where
    F: Future<Output: Send> + Send + 'static,
{
    ToTheEnd(Some(Box::pin(work)))
}

/// The future of [`to_the_end`].
pub(crate) struct ToTheEnd<F: Future<Output: Send> + Send + 'static>(Option<Pin<Box<F>>>);

impl<F: Future<Output: Send> + Send + 'static> Future for ToTheEnd<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // Taken out, so that work that panics is not polled again.
        let Some(mut work) = self.0.take() else {
            return Poll::Ready(None);
        };
        match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
            Ok(Poll::Ready(output)) => Poll::Ready(Some(output)),
            Ok(Poll::Pending) => {
                self.0 = Some(work);
                Poll::Pending
            }
            Err(_) => Poll::Ready(None),
        }
    }
}

impl<F: Future<Output: Send> + Send + 'static> Drop for ToTheEnd<F> {
    fn drop(&mut self) {
        if let Some(work) = self.0.take()
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(work);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;
    use tokio::task::yield_now;

    use super::*;

    #[tokio::test]
    async fn work_runs_in_the_task_of_its_caller() {
        let task = tokio::spawn(async {
            let caller = tokio::task::id();
            to_the_end(async move { tokio::task::id() == caller }).await
        });
        assert_eq!(task.await.unwrap(), Some(true));
    }

    #[tokio::test]
    async fn work_whose_caller_goes_away_is_finished() {
        let (proceed, proceeding) = oneshot::channel::<()>();
        let (done, finished) = oneshot::channel();
        let caller = tokio::spawn(to_the_end(async move {
            let _ = proceeding.await;
            let _ = done.send("finished");
        }));
        yield_now().await;
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());
        proceed.send(()).unwrap();
        assert_eq!(finished.await, Ok("finished"));
    }

    #[tokio::test]
    async fn work_that_panics_ends_without_an_output() {
        let outcome = to_the_end(async {
            yield_now().await;
            assert!(Handle::try_current().is_err(), "the panic of this test");
        });
        assert_eq!(outcome.await, None);
    }
}
