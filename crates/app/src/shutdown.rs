//! The shutdown: from the first signal to the end of the server.

use std::time::Duration;

use customers_http_kit::server::Drain;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::failure::Failure;
use crate::signals::{Signals, Stop};

/// Waits for a signal and then lets the server end: it stays open for the drain delay, unless
/// somebody at a keyboard is waiting, and then finishes what it has begun.
///
/// # Errors
/// When a second signal comes, or the server ends without having been told to.
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
    // The server bounds this wait itself.
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
