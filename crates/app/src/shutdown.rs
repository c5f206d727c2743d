//! The shutdown, from the first signal to the end of the server.

use std::time::Duration;

use customers_http_kit::server::Drain;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::failure::Failure;
use crate::signals::{Signals, Stop};

/// Waits for a signal and shuts the server down. After SIGTERM it still accepts requests for the drain delay. Then it
/// finishes the requests in flight.
///
/// # Errors
/// Returns an error if a second signal arrives, or if the server ends before the first one.
pub(crate) async fn run(
    mut server: JoinHandle<()>,
    drain: &Drain,
    drain_delay: Duration,
    signals: &mut Signals,
) -> Result<(), Failure> {
    let Err(stop) = signals.unless_stopped(&mut server).await else {
        return Err(Failure::ServerEnded);
    };
    drain.begin();
    if stop == Stop::AfterDelay {
        tracing::info!(delay_seconds = drain_delay.as_secs_f64(), "draining");
        or_interrupted(signals, sleep(drain_delay)).await?;
    }
    tracing::info!("closing");
    drain.close();
    // The server limits this wait.
    or_interrupted(signals, server)
        .await?
        .map_err(|_| Failure::ServerEnded)?;
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
