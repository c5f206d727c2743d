//! The service with nothing behind it: the same HTTP face, allocator, runtime, clock, ids and log as the
//! program, over ports that keep nothing. The benchmark compares the store in memory with it.

mod logging;
mod nothing;
// The program's own, so that what is compared cannot differ in it.
#[path = "../../../../crates/app/src/system.rs"]
mod system;

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use customers_domain::{CustomerType, KycPolicy, TenantId, load_numbering_plans};
use customers_http_kit::server::{self, Drain, Limits};
use customers_http_kit::service::Service;
use customers_metrics::{ConnectionMetrics, HttpMetrics};
use customers_ports::{Clock, IdGenerator};
use customers_use_cases::{ApiKeySecret, CustomerService};
use nothing::Nothing;
use system::{SystemClock, UuidV7};
use tokio::runtime;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // That nobody reads it changes nothing.
            let _ = writeln!(io::stderr().lock(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let address = address(&arguments).ok_or("usage: serve --listen ADDRESS")?;
    logging::start();
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(address))
}

/// The address from the one command line that this knows, which is of the program's form.
fn address(arguments: &[String]) -> Option<SocketAddr> {
    match arguments {
        [command, option, address] if command == "serve" && option == "--listen" => {
            address.parse().ok()
        }
        _ => None,
    }
}

/// Serves until it is killed.
async fn serve(address: SocketAddr) -> Result<()> {
    let numbering_plans = tokio::task::spawn_blocking(load_numbering_plans);
    let listener = server::bind(address)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids: Arc<dyn IdGenerator> = Arc::new(UuidV7);
    let secret = ApiKeySecret::generate()?;
    let now = clock.now();
    let nothing = Arc::new(Nothing::but_the_key(
        &secret,
        TenantId::from_uuid(ids.uuid(now)),
        now,
    ));
    numbering_plans.await?;
    let drain = Drain::new();
    let every_type = [CustomerType::Individual, CustomerType::Business];
    let customers = CustomerService::new(
        Arc::clone(&nothing) as _,
        ids,
        Arc::clone(&clock),
        KycPolicy::verifying(&every_type),
    );
    let service = Service {
        info: customers_adapter_http::SERVICE_INFO,
        modules: vec![customers_adapter_http::serving(customers)],
        api_keys: Arc::clone(&nothing) as _,
        clock,
        health: nothing,
        drain: drain.clone(),
        rate_limit: None,
        metrics: HttpMetrics::default(),
        join_trace: None,
    };
    let greeting = format!("-H \"Authorization: Bearer {}\"\n", secret.expose());
    io::stdout().write_all(greeting.as_bytes())?;
    // A task of its own, as in the program: the thread that waits here serves nobody.
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

    #[test]
    fn only_the_command_line_of_the_benchmark_is_understood() {
        let arguments =
            |line: &str| -> Vec<String> { line.split_whitespace().map(str::to_owned).collect() };
        let expected = "127.0.0.1:80".parse().ok();
        assert_eq!(address(&arguments("serve --listen 127.0.0.1:80")), expected);
        for line in [
            "",
            "serve",
            "serve --listen nowhere",
            "keys --listen 127.0.0.1:80",
        ] {
            assert_eq!(address(&arguments(line)), None, "{line}");
        }
    }
}
