//! The service without a store: the same HTTP adapter, allocator, runtime, clock, ids and log as the program,
//! with ports that store nothing. The benchmark compares the in-memory store with it.

mod logging;
mod null_store;
// Shared with the program, so that both use the same clock and ids.
#[path = "../../../../crates/app/src/system.rs"]
mod system;

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use customers_domain::{CustomerType, KycPolicy, TenantId, load_numbering_plans};
use customers_http_kit::server::{self, Drain, Limits};
use customers_http_kit::service::Service;
use customers_metrics::{ConnectionMetrics, HttpMetrics};
use customers_ports::{Clock, IdGenerator};
use customers_use_cases::{ApiKeySecret, CustomerService};
use null_store::NullStore;
use system::{SystemClock, UuidV7};
use tokio::runtime;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The service without a store, for the benchmark.
#[derive(Debug, PartialEq, Eq, Parser)]
enum Command {
    /// Serves until it is killed.
    Serve {
        /// Address and port to listen on.
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: SocketAddr,
    },
}

fn main() -> ExitCode {
    match run(&Command::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // An error while reporting an error is ignored.
            let _ = writeln!(io::stderr().lock(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(Command::Serve { listen }: &Command) -> Result<()> {
    logging::start();
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(*listen))
}

/// Serves until it is killed.
async fn serve(address: SocketAddr) -> Result<()> {
    let numbering_plans = tokio::task::spawn_blocking(load_numbering_plans);
    let listener = server::bind(address)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids: Arc<dyn IdGenerator> = Arc::new(UuidV7);
    let secret = ApiKeySecret::generate()?;
    let now = clock.now();
    let tenant = TenantId::from_uuid(ids.uuid(now));
    let store = Arc::new(NullStore::with_key(&secret, tenant, now));
    numbering_plans.await?;
    let drain = Drain::new();
    let every_type = [CustomerType::Individual, CustomerType::Business];
    let customers = CustomerService::new(
        Arc::clone(&store) as _,
        ids,
        Arc::clone(&clock),
        KycPolicy::verifying(&every_type),
    );
    let service = Service {
        info: customers_adapter_http::SERVICE_INFO,
        modules: vec![customers_adapter_http::serving(customers)],
        api_keys: Arc::clone(&store) as _,
        clock,
        health: store,
        drain: drain.clone(),
        rate_limit: None,
        metrics: HttpMetrics::default(),
        join_trace: None,
    };
    let greeting = format!("-H \"Authorization: Bearer {}\"\n", secret.expose());
    io::stdout().write_all(greeting.as_bytes())?;
    // The server is a separate task, as in the program.
    tokio::spawn(server::serve(
        listener,
        service.router()?,
        Limits::default(),
        drain,
        ConnectionMetrics::default(),
    ))
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> std::result::Result<Command, clap::Error> {
        Command::try_parse_from(
            ["customers-without-store"]
                .into_iter()
                .chain(line.split_whitespace()),
        )
    }

    #[test]
    fn the_command_line_of_the_benchmark_is_accepted() {
        let listen = "127.0.0.1:80".parse().unwrap();
        let command = parse("serve --listen 127.0.0.1:80").unwrap();
        assert_eq!(command, Command::Serve { listen });
        for line in [
            "",
            "serve",
            "serve --listen nowhere",
            "keys --listen 127.0.0.1:80",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
