//! What is measured, where somebody wants to see it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use std::{io, panic};

use customers_adapter_postgres::Database;
use customers_http_kit::metrics_server::{self, Render};
use customers_http_kit::server::{self, Drain};
use customers_metrics::{
    ConnectionMetrics, HttpMetrics, PoolMetrics, PoolUse, ProcessMetrics, SECONDS_BUCKETS, describe,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::time::interval;

use crate::failure::Failure;
use crate::listener::listen;

/// Observations are kept one by one until they are sorted into buckets, which happens so often: at full
/// load about a megabyte comes together in this time.
const SORTING: Duration = Duration::from_secs(1);

/// Measures from now on and serves the page that shows it, until the runtime ends. Without an address
/// nothing is measured.
///
/// Stores and whoever else records must be made after this.
///
/// # Errors
/// When the address is not to be had.
pub(crate) fn start(
    address: Option<SocketAddr>,
    database: Option<Database>,
) -> Result<HttpMetrics, Failure> {
    let Some(address) = address else {
        return Ok(HttpMetrics::default());
    };
    let (listener, address) = listen(address)?;
    let handle = install_recorder()?;
    let process = ProcessMetrics::recording(env!("CARGO_PKG_VERSION"));
    count_panics(&process);
    tokio::spawn(sort_for_ever(handle.clone()));
    tokio::spawn(server::serve(
        listener,
        metrics_server::router(page(handle, process, database)),
        metrics_server::limits(),
        // Nobody drains it: the end of the service is to be seen, too.
        Drain::new(),
        ConnectionMetrics::default(),
    ));
    tracing::info!(%address, "serving metrics");
    Ok(HttpMetrics::recording())
}

fn install_recorder() -> Result<PrometheusHandle, Failure> {
    let builder = PrometheusBuilder::new()
        .set_buckets(&SECONDS_BUCKETS)
        .map_err(io::Error::other)
        .map_err(Failure::system("cannot measure"))?;
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder)
        .map_err(io::Error::other)
        .map_err(Failure::system("cannot measure"))?;
    describe();
    Ok(handle)
}

/// Puts the counter before the hook that is there.
fn count_panics(process: &ProcessMetrics) {
    let (count, tell) = (process.panics(), panic::take_hook());
    panic::set_hook(Box::new(move |panic| {
        count();
        tell(panic);
    }));
}

async fn sort_for_ever(handle: PrometheusHandle) {
    let mut turns = interval(SORTING);
    loop {
        turns.tick().await;
        handle.run_upkeep();
    }
}

/// How the page is made: what is a state, not an event, is looked at first.
fn page(handle: PrometheusHandle, process: ProcessMetrics, database: Option<Database>) -> Render {
    let pool = database.map(|database| (PoolMetrics::recording(), database));
    Arc::new(move || {
        process.look();
        if let Some((metrics, database)) = &pool {
            let now = database.pool_status();
            metrics.set(PoolUse {
                open: now.open,
                in_use: now.in_use,
                waiting: now.waiting,
                max: now.max,
                abandoned: now.abandoned,
                writes: now.writes,
                writes_max: now.writes_max,
            });
        }
        handle.render()
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn a_panic_is_counted_and_told_as_before() {
        static TOLD: AtomicBool = AtomicBool::new(false);
        panic::set_hook(Box::new(|_| TOLD.store(true, Ordering::SeqCst)));
        let recorder = PrometheusBuilder::new().build_recorder();
        let process =
            metrics::with_local_recorder(&recorder, || ProcessMetrics::recording("0.0.0"));
        count_panics(&process);
        assert!(panic::catch_unwind(|| panic!("a defect")).is_err());
        drop(panic::take_hook());
        let page = recorder.handle().render();
        assert!(page.contains("\ncustomers_panics_total 1\n"), "{page}");
        assert!(TOLD.load(Ordering::SeqCst));
    }
}
