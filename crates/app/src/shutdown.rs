//! The shutdown, from the first signal to the end of the server.

use std::time::Duration;

use customers_http_kit::server::{Drain, Limits};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::failure::Failure;
use crate::signals::{Signals, Stop};
use crate::tasks::Tasks;

/// Waits for a signal and shuts the server down. After SIGTERM it still accepts requests for the drain delay. Then it
/// finishes the requests in flight. Background tasks are told to stop with the signal, and have as long as the requests.
///
/// # Errors
/// Returns an error if a second signal arrives, or if the server ends before the first one.
pub(crate) async fn run(
    mut server: JoinHandle<()>,
    drain: &Drain,
    drain_delay: Duration,
    signals: &mut Signals,
    mut tasks: Tasks,
) -> Result<(), Failure> {
    let Err(stop) = signals.unless_stopped(&mut server).await else {
        return Err(Failure::ServerEnded);
    };
    drain.begin();
    tasks.stop();
    if stop == Stop::AfterDelay {
        tracing::info!(delay_seconds = drain_delay.as_secs_f64(), "draining");
        or_interrupted(signals, sleep(drain_delay)).await?;
    }
    tracing::info!("closing");
    drain.close();
    let deadline = Instant::now() + Limits::default().drain;
    // The server limits this wait.
    or_interrupted(signals, server)
        .await?
        .map_err(|_| Failure::ServerEnded)?;
    or_interrupted(signals, tasks.ended(deadline)).await?;
    tracing::info!("stopped");
    Ok(())
}

async fn or_interrupted<T>(
    signals: &mut Signals,
    waiting: impl Future<Output = T>,
) -> Result<T, Failure> {
    signals
        .unless_stopped(waiting)
        .await
        .map_err(|_| Failure::Interrupted)
}
