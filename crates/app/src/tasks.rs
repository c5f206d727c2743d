//! Background tasks: started before the service listens, stopped when it drains.

use std::pin::Pin;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

/// Tells background tasks to stop.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

impl Stopper {
    /// Creates a stopper and the signal that it gives.
    pub fn new() -> (Self, StopSignal) {
        let (sender, receiver) = watch::channel(false);
        (Self(sender), StopSignal(receiver))
    }

    /// Gives the signal.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

/// Tells a background task when to stop. Clones share the signal.
#[derive(Debug, Clone)]
pub struct StopSignal(watch::Receiver<bool>);

impl StopSignal {
    /// Waits until the task must stop. It can be called again and dropped at any time, as in `tokio::select!`.
    pub async fn stopped(&self) {
        // An error means that there is nobody left to wait for the task.
        let _ = self.0.clone().wait_for(|stopped| *stopped).await;
    }

    /// Returns whether the task must stop.
    pub fn is_stopped(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }
}

type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A background task that has not started.
pub(crate) struct Task {
    name: &'static str,
    run: Box<dyn FnOnce(StopSignal) -> Running + Send>,
}

impl Task {
    pub(crate) fn new<F>(
        name: &'static str,
        run: impl FnOnce(StopSignal) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self {
            name,
            run: Box::new(move |stop| Box::pin(run(stop))),
        }
    }

    /// A task that can be dropped at any time.
    pub(crate) fn until_stopped(
        name: &'static str,
        running: impl Future<Output = ()> + Send + 'static,
    ) -> Self {
        Self::new(name, async move |stop: StopSignal| {
            tokio::select! {
                () = stop.stopped() => {}
                () = running => {}
            }
        })
    }
}

/// The running background tasks of a service.
pub(crate) struct Tasks {
    stopper: Stopper,
    running: Vec<(&'static str, JoinHandle<()>)>,
}

impl Tasks {
    /// Starts tasks.
    pub(crate) fn start(tasks: impl IntoIterator<Item = Task>) -> Self {
        let (stopper, signal) = Stopper::new();
        let tasks = tasks.into_iter();
        let running = tasks.map(|task| (task.name, tokio::spawn((task.run)(signal.clone()))));
        Self {
            running: running.collect(),
            stopper,
        }
    }

    /// Tells all tasks to stop.
    pub(crate) fn stop(&self) {
        self.stopper.stop();
    }

    /// Waits until all tasks have ended, and drops those that have not at the deadline.
    pub(crate) async fn ended(&mut self, deadline: Instant) {
        for (name, task) in &mut self.running {
            // The panic hook has logged a task that panicked.
            if timeout_at(deadline, &mut *task).await.is_err() {
                let task_name = *name;
                tracing::warn!(
                    task = task_name,
                    "a background task did not stop in time and was dropped"
                );
                task.abort();
            }
        }
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        for (_, task) in &self.running {
            task.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_task_is_told_to_stop_and_waited_for() {
        let finished = Arc::new(AtomicBool::new(false));
        let finishing = Arc::clone(&finished);
        let task = Task::new("tidy", async move |stop: StopSignal| {
            stop.stopped().await;
            assert!(stop.is_stopped());
            tokio::time::sleep(Duration::from_secs(5)).await;
            finishing.store(true, Ordering::SeqCst);
        });
        let (_stopper, signal) = Stopper::new();
        assert!(!signal.is_stopped());
        let endless = Task::until_stopped("endless", pending());
        let mut tasks = Tasks::start([task, endless]);
        tasks.stop();
        tasks.ended(Instant::now() + Duration::from_secs(30)).await;
        assert!(finished.load(Ordering::SeqCst));
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_goes_on_is_dropped_at_the_deadline() {
        struct Dropped(Arc<AtomicBool>);
        impl Drop for Dropped {
            fn drop(&mut self) {
                self.0.store(true, Ordering::SeqCst);
            }
        }
        let dropped = Arc::new(AtomicBool::new(false));
        let guard = Dropped(Arc::clone(&dropped));
        let mut tasks = Tasks::start([
            Task::new("deaf", async move |_| {
                let _guard = guard;
                pending::<()>().await;
            }),
            Task::new("faulty", async |_| panic!("a defect of a module")),
        ]);
        let began = Instant::now();
        tasks.stop();
        tasks.ended(began + Duration::from_secs(30)).await;
        assert_eq!(began.elapsed(), Duration::from_secs(30));
        tokio::task::yield_now().await;
        assert!(dropped.load(Ordering::SeqCst));
    }
}
