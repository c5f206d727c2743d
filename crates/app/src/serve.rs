//! `customers serve`: wires all parts together.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use customers_adapter_memory::MemoryLimit;
use customers_adapter_postgres::Database;
use customers_domain::load_numbering_plans;
use customers_http_kit::JoinTrace;
use customers_http_kit::server::{self, Drain, Limits};
use customers_http_kit::service::Service;
use customers_metrics::EventMetrics;
use customers_ports::{Clock, IdGenerator};
use customers_use_cases::{ApiKeySecret, CustomerService};
use tokio::runtime;
use tokio::task::JoinHandle;

use crate::cli::ServeArgs;
use crate::config::{self, StoreChoice};
use crate::failure::Failure;
use crate::feed::Feed;
use crate::listener::listen;
use crate::postgres::Postgres;
use crate::signals::Signals;
use crate::stores::{self, Stores};
use crate::system::{SystemClock, UuidV7};
use crate::traces::{Traces, join_trace};
use crate::{
    greeting, logging, master_key, metrics_listener, open_files, output, shutdown, sweeper,
};

/// The selected store. It is checked but not opened.
enum Target {
    Memory {
        key: Option<ApiKeySecret>,
    },
    Postgres {
        postgres: Postgres,
        master_key: PathBuf,
    },
}

impl Target {
    /// Returns the database connections, if there is a database.
    fn database(&self) -> Option<Database> {
        match self {
            Self::Memory { .. } => None,
            Self::Postgres { postgres, .. } => Some(postgres.database()),
        }
    }
}

/// The opened store.
struct Opened {
    stores: Stores,
    /// Name of the store in the log.
    kind: &'static str,
    /// API key for the greeting, in memory mode only.
    key: Option<ApiKeySecret>,
}

/// Serves until a signal arrives.
///
/// # Errors
/// Returns an error if the settings are invalid, if the store or the address is not available, or if a second signal
/// interrupts the shutdown.
pub(crate) fn run(args: &ServeArgs) -> Result<(), Failure> {
    let dev_key = config::dev_key_from_environment()?;
    let target = match config::store_choice(args, dev_key.as_deref())? {
        StoreChoice::Memory { key } => Target::Memory { key },
        StoreChoice::Postgres { url, master_key } => Target::Postgres {
            postgres: Postgres::of_service(args, url)?,
            master_key,
        },
    };
    let traces = config::trace_endpoint(args)?;
    let traces = traces.as_ref().map(Traces::to).transpose()?;
    logging::start(args.log_format, traces.as_ref());
    open_files::raise_limit(args);
    let runtime = runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::system("cannot start threads"))?;
    let join_trace = traces.as_ref().map(|_| join_trace as JoinTrace);
    let outcome = runtime.block_on(serve(args, target, join_trace));
    // The remaining tasks have had their time to finish.
    runtime.shutdown_background();
    if let Some(traces) = traces.filter(|_| !matches!(outcome, Err(Failure::Interrupted))) {
        traces.shutdown();
    }
    outcome
}

async fn serve(
    args: &ServeArgs,
    target: Target,
    join_trace: Option<JoinTrace>,
) -> Result<(), Failure> {
    let mut signals = Signals::listen()?;
    let numbering_plans = tokio::task::spawn_blocking(load_numbering_plans);
    let (listener, address) = listen(args.listen)?;
    let metrics = metrics_listener::start(args.metrics_listen, target.database())?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids: Arc<dyn IdGenerator> = Arc::new(UuidV7);
    let opening = open(args, target, Arc::clone(&ids), Arc::clone(&clock));
    let Ok(opened) = signals.unless_stopped(opening).await else {
        tracing::info!("stopped before the store was ready");
        return Ok(());
    };
    let Opened { stores, kind, key } = opened?;
    // If loading failed, the first request with a phone number loads them.
    let _ = numbering_plans.await;
    let sweeper = tokio::spawn(sweeper::run(stores.idempotency));
    let drain = Drain::new();
    let feed = stores.events.map(Feed::new);
    let customers = match &feed {
        Some(feed) => feed.signalled(stores.customers),
        None => stores.customers,
    };
    let customers = CustomerService::new(
        customers,
        ids,
        Arc::clone(&clock),
        args.kyc_required.clone(),
    );
    let service = Service {
        info: customers_adapter_http::SERVICE_INFO,
        modules: [customers_adapter_http::serving(customers)]
            .into_iter()
            .chain(feed.as_ref().map(Feed::module))
            .collect(),
        api_keys: stores.api_keys,
        clock: Arc::clone(&clock),
        health: stores.health,
        drain: drain.clone(),
        rate_limit: args.rate_limit,
        metrics: metrics.clone(),
        join_trace,
    };
    let server = tokio::spawn(server::serve(
        listener,
        service.router()?,
        limits(args),
        drain.clone(),
        metrics.connections,
    ));
    let runner = feed.map(|feed| start_feed(feed, args, clock, drain.clone()));
    let version = env!("CARGO_PKG_VERSION");
    tracing::info!(%address, store = kind, version, "listening");
    if let Some(key) = key {
        greet(address, &key);
    }
    let outcome = shutdown::run(server, &drain, args.drain_delay, &mut signals).await;
    sweeper.abort();
    if let Some(runner) = runner {
        runner.abort();
    }
    outcome
}

/// Starts the task that numbers events. Readers that wait are released when the drain starts.
fn start_feed(feed: Feed, args: &ServeArgs, clock: Arc<dyn Clock>, drain: Drain) -> JoinHandle<()> {
    let heads = feed.heads();
    tokio::spawn(async move {
        drain.begun().await;
        heads.close();
    });
    let metrics = match args.metrics_listen {
        Some(_) => EventMetrics::recording(),
        None => EventMetrics::default(),
    };
    tokio::spawn(feed.runner(clock, metrics).run())
}

async fn open(
    args: &ServeArgs,
    target: Target,
    ids: Arc<dyn IdGenerator>,
    clock: Arc<dyn Clock>,
) -> Result<Opened, Failure> {
    match target {
        Target::Memory { key } => {
            tracing::warn!(
                "customers are kept in memory and are lost when the program ends; name a database with DATABASE_URL to keep them"
            );
            let limit = MemoryLimit::bytes(args.memory_limit);
            let stores = stores::in_memory(Arc::clone(&clock), limit);
            let key = stores::issue_dev_key(&stores, ids, clock, key).await?;
            Ok(Opened {
                stores: with_metrics(args, stores),
                kind: "memory",
                key: Some(key),
            })
        }
        Target::Postgres {
            postgres,
            master_key,
        } => {
            let master_key = master_key::read(&master_key)?;
            postgres.prepare(args).await?;
            let stores = postgres.stores(Arc::new(master_key)).await?;
            Ok(Opened {
                stores: with_metrics(args, stores),
                kind: "postgres",
                key: None,
            })
        }
    }
}

fn with_metrics(args: &ServeArgs, stores: Stores) -> Stores {
    match args.metrics_listen {
        Some(_) => stores.with_metrics(),
        None => stores,
    }
}

fn limits(args: &ServeArgs) -> Limits {
    Limits {
        max_connections: args.max_connections.get(),
        ..Limits::default()
    }
}

fn greet(address: SocketAddr, key: &ApiKeySecret) {
    if output::print(&greeting::text(address, key)).is_err() {
        tracing::warn!("stdout is closed, so the API key of this run was not shown");
    }
}
