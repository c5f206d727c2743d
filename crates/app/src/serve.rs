//! `customers serve`: wires all parts together.

use std::net::SocketAddr;
use std::sync::Arc;

use customers_adapter_memory::MemoryLimit;
use customers_adapter_postgres::Database;
use customers_domain::{RetentionPeriod, Scope, load_numbering_plans};
use customers_http_kit::module::BoundModule;
use customers_http_kit::server::{self, Drain, Limits};
use customers_http_kit::service::Service;
use customers_http_kit::{JoinTrace, ServiceInfo};
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
use crate::module::{ModuleContext, Store};
use crate::modules::Pending;
use crate::postgres::Postgres;
use crate::signals::Signals;
use crate::stores::{self, Stores};
use crate::system::{SystemClock, UuidV7};
use crate::tasks::{Task, Tasks};
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
        master_key: master_key::Source,
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

/// What is served.
pub(crate) struct Program {
    /// What the OpenAPI document says of the service.
    pub(crate) info: ServiceInfo,
    /// All scopes, for the API key of memory mode.
    pub(crate) scopes: Vec<Scope>,
    /// Prefixes of the targets that log at level INFO.
    pub(crate) log_targets: Vec<&'static str>,
    /// Modules beside the one for customers.
    pub(crate) modules: Vec<Pending>,
}

/// The opened store.
struct Opened {
    stores: Stores,
    /// The store as modules use it.
    place: Store,
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
pub(crate) fn run(args: &ServeArgs, program: Program) -> Result<(), Failure> {
    let dev_key = config::dev_key_from_environment()?;
    let target = match config::store_choice(args, dev_key.as_deref())? {
        StoreChoice::Memory { key } => Target::Memory { key },
        StoreChoice::Postgres { url, master_key } => Target::Postgres {
            postgres: Postgres::of_service(args, url)?,
            master_key: master_key::Source::of(master_key)?,
        },
    };
    let traces = config::trace_endpoint(args)?;
    let traces = traces
        .as_ref()
        .map(|endpoint| Traces::to(endpoint, &program.log_targets));
    let traces = traces.transpose()?;
    logging::start(args.log_format, traces.as_ref(), &program.log_targets);
    open_files::raise_limit(args);
    let runtime = runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::system("cannot start threads"))?;
    let join_trace = traces.as_ref().map(|_| join_trace as JoinTrace);
    let outcome = runtime.block_on(serve(args, program, target, join_trace));
    // The remaining tasks have had their time to finish.
    runtime.shutdown_background();
    if let Some(traces) = traces.filter(|_| !matches!(outcome, Err(Failure::Interrupted))) {
        traces.shutdown();
    }
    outcome
}

async fn serve(
    args: &ServeArgs,
    program: Program,
    target: Target,
    join_trace: Option<JoinTrace>,
) -> Result<(), Failure> {
    let mut signals = Signals::listen()?;
    let numbering_plans = tokio::task::spawn_blocking(load_numbering_plans);
    let (listener, address) = listen(args.listen)?;
    let metrics =
        metrics_listener::start(args.metrics_listen, program.info.version, target.database())?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let version = program.info.version;
    let info = program.info.clone();
    let opening = prepare(args, program, target, &clock);
    let Ok(opened) = signals.unless_stopped(opening).await else {
        tracing::info!("stopped before the store was ready");
        return Ok(());
    };
    let (
        Opened {
            stores, kind, key, ..
        },
        feed,
        Started { modules, mut tasks },
    ) = opened?;
    // If loading failed, the first request with a phone number loads them.
    let _ = numbering_plans.await;
    tasks.push(Task::until_stopped(
        "sweeper",
        sweeper::run(stores.idempotency),
    ));
    let drain = Drain::new();
    let service = Service {
        info,
        modules,
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
    let tasks = Tasks::start(tasks);
    tracing::info!(%address, store = kind, version, "listening");
    if let Some(key) = key {
        greet(address, &key);
    }
    let outcome = shutdown::run(server, &drain, args.drain_delay, &mut signals, tasks).await;
    if let Some(runner) = runner {
        runner.abort();
    }
    outcome
}

/// Opens the store, and starts the event feed and the modules on it.
async fn prepare(
    args: &ServeArgs,
    program: Program,
    target: Target,
    clock: &Arc<dyn Clock>,
) -> Result<(Opened, Option<Feed>, Started), Failure> {
    let ids: Arc<dyn IdGenerator> = Arc::new(UuidV7);
    let mut opened = open(args, &program, target, &ids, clock).await?;
    let feed = opened.stores.events.take().map(Feed::new);
    if let Some(feed) = &feed {
        opened.stores.customers = feed.signalled(opened.stores.customers);
    }
    let context = ModuleContext {
        customers: customer_service(args, &opened.stores, &ids, clock),
        customer_repository: Arc::clone(&opened.stores.customers),
        clock: Arc::clone(clock),
        ids,
        store: opened.place.clone(),
    };
    let customers = customers_adapter_http::serving(context.customers.clone());
    let own = [customers]
        .into_iter()
        .chain(feed.as_ref().map(Feed::module));
    let started = start_modules(own.collect(), program.modules, context).await?;
    Ok((opened, feed, started))
}

/// The modules of a service, ready to be served.
struct Started {
    modules: Vec<BoundModule>,
    tasks: Vec<Task>,
}

/// Starts the modules in their order, after those that are started already.
async fn start_modules(
    own: Vec<BoundModule>,
    modules: Vec<Pending>,
    context: ModuleContext,
) -> Result<Started, Failure> {
    let mut started = Started {
        modules: own,
        tasks: Vec::new(),
    };
    for module in modules {
        let serving = (module.start)(context.clone()).await;
        let serving = serving.map_err(|source| Failure::StartModule {
            module: module.name,
            source,
        })?;
        started.modules.push(serving.routes);
        started.tasks.extend(serving.tasks);
    }
    Ok(started)
}

fn customer_service(
    args: &ServeArgs,
    stores: &Stores,
    ids: &Arc<dyn IdGenerator>,
    clock: &Arc<dyn Clock>,
) -> CustomerService {
    CustomerService::new(
        Arc::clone(&stores.customers),
        Arc::clone(ids),
        Arc::clone(clock),
        args.kyc_required.clone(),
    )
    .retaining_for(args.erasure_after.unwrap_or(RetentionPeriod::NONE))
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
    program: &Program,
    target: Target,
    ids: &Arc<dyn IdGenerator>,
    clock: &Arc<dyn Clock>,
) -> Result<Opened, Failure> {
    match target {
        Target::Memory { key } => {
            tracing::warn!(
                "customers are kept in memory and are lost when the program ends; name a database with DATABASE_URL to keep them"
            );
            let limit = MemoryLimit::bytes(args.memory_limit);
            let (stores, store) = stores::in_memory(Arc::clone(clock), limit);
            let keys = stores.api_key_service(ids, clock);
            let key = stores::issue_dev_key(&keys, &program.scopes, key).await?;
            Ok(Opened {
                place: Store::Memory(store),
                stores: with_metrics(args, stores),
                kind: "memory",
                key: Some(key),
            })
        }
        Target::Postgres {
            postgres,
            master_key,
        } => {
            let master_key = master_key.open().await?;
            let schemas = program.modules.iter().filter_map(|module| module.schema);
            postgres.prepare(args, &schemas.collect::<Vec<_>>()).await?;
            let stores = postgres.stores(master_key).await?;
            Ok(Opened {
                place: Store::Postgres(postgres.database()),
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
