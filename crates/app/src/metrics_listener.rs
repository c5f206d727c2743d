//! The metrics listener: installs the recorder and serves the metrics page.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use std::{io, panic};

use customers_adapter_postgres::Database;
use customers_http_kit::metrics_server::{self, Render};
use customers_http_kit::server::{self, Drain};
use customers_metrics::{
    ConnectionMetrics, HttpMetrics, PoolMetrics, PoolUsage, ProcessMetrics, SECONDS_BUCKETS,
    describe,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::time::interval;

use crate::failure::Failure;
use crate::listener::listen;

/// Interval at which the recorder sorts its observations into buckets. At full load about a megabyte of
/// observations accumulates in this time.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(1);

/// Installs the recorder and serves the metrics page until the runtime ends. Without an address, metrics
/// are not recorded.
///
/// Everything that records must be created after this call.
///
/// # Errors
/// Returns an error if it cannot listen on the address or install the recorder.
pub(crate) fn start(
    address: Option<SocketAddr>,
    version: &'static str,
    database: Option<Database>,
) -> Result<HttpMetrics, Failure> {
    let Some(address) = address else {
        return Ok(HttpMetrics::default());
    };
    let (listener, address) = listen(address)?;
    let handle = install_recorder()?;
    let process = ProcessMetrics::recording(version);
    count_panics(&process);
    tokio::spawn(run_upkeep(handle.clone()));
    tokio::spawn(server::serve(
        listener,
        metrics_server::router(page(handle, process, database)),
        metrics_server::limits(),
        // This listener is never drained, so the drain of the service can be observed.
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
        .map_err(Failure::system("cannot install the metrics recorder"))?;
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder)
        .map_err(io::Error::other)
        .map_err(Failure::system("cannot install the metrics recorder"))?;
    describe();
    Ok(handle)
}

/// Adds a panic hook that counts the panic and calls the previous hook.
fn count_panics(process: &ProcessMetrics) {
    let (count, previous) = (process.panic_counter(), panic::take_hook());
    panic::set_hook(Box::new(move |panic| {
        count();
        previous(panic);
    }));
}

async fn run_upkeep(handle: PrometheusHandle) {
    let mut ticks = interval(UPKEEP_INTERVAL);
    loop {
        ticks.tick().await;
        handle.run_upkeep();
    }
}

/// Returns the function that renders the page. It first updates the metrics that are read on demand.
fn page(handle: PrometheusHandle, process: ProcessMetrics, database: Option<Database>) -> Render {
    let pool = database.map(|database| (PoolMetrics::recording(), database));
    Arc::new(move || {
        process.update();
        if let Some((metrics, database)) = &pool {
            let status = database.pool_status();
            metrics.set(PoolUsage {
                open: status.open,
                in_use: status.in_use,
                waiting: status.waiting,
                max: status.max,
                abandoned: status.abandoned,
                writes: status.writes,
                writes_max: status.writes_max,
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
    fn a_panic_is_counted_and_passed_to_the_previous_hook() {
        static PASSED_ON: AtomicBool = AtomicBool::new(false);
        panic::set_hook(Box::new(|_| PASSED_ON.store(true, Ordering::SeqCst)));
        let recorder = PrometheusBuilder::new().build_recorder();
        let process =
            metrics::with_local_recorder(&recorder, || ProcessMetrics::recording("0.0.0"));
        count_panics(&process);
        assert!(panic::catch_unwind(|| panic!("a defect")).is_err());
        drop(panic::take_hook());
        let page = recorder.handle().render();
        assert!(page.contains("\ncustomers_panics_total 1\n"), "{page}");
        assert!(PASSED_ON.load(Ordering::SeqCst));
    }
}
