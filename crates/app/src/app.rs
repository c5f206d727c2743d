//! The program: reads the command line and runs the command.

use std::process::ExitCode;

use clap::FromArgMatches as _;
use customers_http_kit::ServiceInfo;

use crate::cli::{self, Cli, Command};
use crate::failure::Failure;
use crate::module::Module;
use crate::modules::Modules;
use crate::serve::Program;
use crate::{events, healthcheck, keys, master_key, migrate, output, serve};

/// A program that runs the service: customers and the modules that a team adds.
///
/// ```no_run
/// use std::process::ExitCode;
///
/// fn main() -> ExitCode {
///     customers_app::App::new().run()
/// }
/// ```
pub struct App {
    name: &'static str,
    info: ServiceInfo,
    modules: Modules,
}

impl Default for App {
    fn default() -> Self {
        Self::new()
    }
}

impl App {
    /// Creates the program `customers`, with the module for customers.
    pub fn new() -> Self {
        Self {
            name: "customers",
            info: customers_adapter_http::SERVICE_INFO,
            modules: Modules::default(),
        }
    }

    /// Sets the name of the program, for help and messages.
    #[must_use]
    pub const fn name(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// Sets what the OpenAPI document says of the service. Its version is also that of the program.
    #[must_use]
    pub const fn info(mut self, info: ServiceInfo) -> Self {
        self.info = info;
        self
    }

    /// Adds a module.
    #[must_use]
    pub fn module(mut self, module: impl Module) -> Self {
        self.modules.push(module);
        self
    }

    /// Reads the command line and the environment, runs the command and returns the exit code.
    ///
    /// Ends the process itself if the command line asks for help or is invalid.
    pub fn run(self) -> ExitCode {
        let name = self.name;
        match self.execute() {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                report(&failure, name);
                failure.exit_code()
            }
        }
    }

    fn execute(self) -> Result<(), Failure> {
        let catalog = self.modules.catalog(self.info.clone())?;
        let definition = cli::definition(self.name, self.info.version, &catalog, &self.modules)?;
        let matches = definition.get_matches();
        let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
        match &cli.command {
            Command::Serve(args) => {
                let matches = matches.subcommand_matches("serve").unwrap_or(&matches);
                let log_targets = self.modules.log_targets();
                let modules = self.modules.configure(matches);
                let program = Program {
                    info: self.info,
                    scopes: catalog.scopes().iter().map(|it| it.scope).collect(),
                    log_targets,
                    modules: modules.unwrap_or_else(|error| error.exit()),
                };
                serve::run(args, program)
            }
            Command::Migrate(args) => once(migrate::run(args, &self.modules.schemas())),
            Command::Keys(command) => once(keys::run(command)),
            Command::Events(command) => once(events::run(command)),
            Command::MasterKey(command) => master_key::run(command),
            Command::Openapi => {
                let document = String::from_utf8_lossy(catalog.document());
                output::print(&format!("{}\n", document.trim_end()))
            }
            Command::Healthcheck(args) => healthcheck::run(args),
        }
    }
}

/// Runs a command on a single-threaded runtime.
fn once(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::system("cannot start the runtime"))?
        .block_on(command)
}

/// Writes the failure to the log if it was started, and otherwise to stderr.
fn report(failure: &Failure, program: &str) {
    let message = failure.message(program);
    if tracing::dispatcher::has_been_set() {
        tracing::error!("{message}");
    } else {
        output::note(&format!("error: {message}"));
    }
}
