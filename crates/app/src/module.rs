//! Modules: what a team adds to the service without changing it.

use std::any;
use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;

use clap::ArgMatches;
use customers_adapter_memory::InMemoryStore;
use customers_adapter_postgres::{Database, ModuleSchema};
use customers_http_kit::module::{BoundModule, Contract};
use customers_ports::{Clock, CustomerRepository, IdGenerator};
use customers_use_cases::CustomerService;

use crate::tasks::{StopSignal, Task};

/// Why a module cannot start. The message is shown to operators and contains no personal data.
pub type StartError = Box<dyn Error + Send + Sync>;

/// Routes, tables, flags and background tasks that an [`App`](crate::App) runs beside those of customers.
///
/// All modules share the connections to the database, the cache of API keys, the rate limits, the metrics recorder, the
/// OpenAPI document, `/docs`, `/problems`, the health check and the log.
///
/// ```
/// use customers_app::{Module, ModuleContext, NoArgs, Serving, StartError};
/// use customers_http_kit::{HttpState, module};
/// use utoipa_axum::router::OpenApiRouter;
///
/// struct Wallets;
///
/// fn routes() -> module::Module<HttpState> {
///     module::Module::new("wallets", OpenApiRouter::new())
/// }
///
/// impl Module for Wallets {
///     type Args = NoArgs;
///
///     fn contract(&self) -> module::Contract {
///         routes().into_contract()
///     }
///
///     async fn start(self, _: NoArgs, _: ModuleContext) -> Result<Serving, StartError> {
///         Ok(Serving::new(routes().with_state(HttpState::clone)))
///     }
/// }
///
/// let app = customers_app::App::new().module(Wallets);
/// # let _ = app;
/// ```
pub trait Module: Send + 'static {
    /// Flags that the module adds to `serve`; [`NoArgs`] for none.
    type Args: clap::Args + Send + 'static;

    /// Returns what the routes declare. It is called without a store, for `openapi` and `keys create` too.
    fn contract(&self) -> Contract;

    /// Returns the tables of the module. None by default.
    ///
    /// `migrate` and `serve --migrate` apply the migrations, after those of the service and of earlier modules. `serve`
    /// starts only if they are applied and the database role has the privileges.
    fn schema(&self) -> Option<ModuleSchema> {
        None
    }

    /// Returns the prefix of the targets whose log lines of level INFO are written and whose spans are exported. By
    /// default the name of the crate that implements the trait. Other targets log warnings and errors only.
    fn log_target(&self) -> &'static str {
        let name = any::type_name::<Self>();
        name.split("::").next().unwrap_or(name)
    }

    /// Creates the routes and the background tasks, once the store is open. The service listens when all modules have
    /// started.
    ///
    /// # Errors
    /// Returns why the module cannot start, which ends the program with exit code 1.
    fn start(
        self,
        args: Self::Args,
        context: ModuleContext,
    ) -> impl Future<Output = Result<Serving, StartError>> + Send;
}

/// No flags.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
#[group(skip)]
pub struct NoArgs {}

/// What a module gets from the service.
#[derive(Clone)]
#[non_exhaustive]
pub struct ModuleContext {
    /// Use cases of customers.
    pub customers: CustomerService,
    /// Customers as they are stored, for use cases that read them.
    pub customer_repository: Arc<dyn CustomerRepository>,
    /// The time. Modules do not read the system clock.
    pub clock: Arc<dyn Clock>,
    /// Generates ids.
    pub ids: Arc<dyn IdGenerator>,
    /// Where the module stores its own data.
    pub store: Store,
}

/// The store of the service, as modules use it.
#[derive(Clone)]
pub enum Store {
    /// In-memory mode. The module keeps its own state. The store runs its idempotent operations
    /// ([`InMemoryStore::run_once`]) and has the memory limit that all data shares
    /// ([`InMemoryStore::memory_limit`]).
    Memory(Arc<InMemoryStore>),
    /// A PostgreSQL database, with the connections that the module shares.
    Postgres(Database),
}

/// A module that has started.
pub struct Serving {
    pub(crate) routes: BoundModule,
    pub(crate) tasks: Vec<Task>,
}

impl Serving {
    /// Creates a module with routes and without background tasks.
    pub const fn new(routes: BoundModule) -> Self {
        Self {
            routes,
            tasks: Vec::new(),
        }
    }

    /// Adds a background task, which is started before the service listens. The name is for the log.
    ///
    /// The task must end soon after the signal, which comes when the program begins to drain. It is dropped if it still
    /// runs when the last requests have ended or have used up the drain time of 30 s.
    #[must_use]
    pub fn task<F>(
        mut self,
        name: &'static str,
        run: impl FnOnce(StopSignal) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.tasks.push(Task::new(name, run));
        self
    }
}

/// Starts a module whose flags are read.
pub(crate) type Start = Box<dyn FnOnce(ModuleContext) -> Starting + Send>;
type Starting = Pin<Box<dyn Future<Output = Result<Serving, StartError>> + Send>>;

/// A [`Module`] of any type.
pub(crate) trait AnyModule: Send {
    fn contract(&self) -> Contract;
    fn schema(&self) -> Option<ModuleSchema>;
    fn log_target(&self) -> &'static str;
    /// Adds the flags of the module to a command.
    fn add_flags(&self, command: clap::Command) -> clap::Command;
    /// Reads the flags of the module.
    fn configure(self: Box<Self>, matches: &ArgMatches) -> Result<Start, clap::Error>;
}

impl<M: Module> AnyModule for M {
    fn contract(&self) -> Contract {
        Module::contract(self)
    }

    fn schema(&self) -> Option<ModuleSchema> {
        Module::schema(self)
    }

    fn log_target(&self) -> &'static str {
        Module::log_target(self)
    }

    fn add_flags(&self, command: clap::Command) -> clap::Command {
        <M::Args as clap::Args>::augment_args(command)
    }

    fn configure(self: Box<Self>, matches: &ArgMatches) -> Result<Start, clap::Error> {
        let args = <M::Args as clap::FromArgMatches>::from_arg_matches(matches)?;
        Ok(Box::new(move |context| Box::pin(self.start(args, context))))
    }
}
