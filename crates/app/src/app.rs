//! The program: reads the command line and runs the command.

use std::process::ExitCode;

use crate::cli::{Cli, Command};
use crate::failure::Failure;
use crate::{healthcheck, keys, master_key, migrate, modules, output, serve};

/// The program `customers`.
#[derive(Debug, Default)]
pub struct App {}

impl App {
    /// Creates the program with the module for customers.
    pub const fn new() -> Self {
        Self {}
    }

    /// Reads the command line and the environment, runs the command and returns the exit code.
    ///
    /// Ends the process itself where the command line asks for help or is invalid.
    pub fn run(self) -> ExitCode {
        match run(&Cli::read().command) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                report(&failure);
                failure.exit_code()
            }
        }
    }
}

fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Serve(args) => serve::run(args),
        Command::Migrate(args) => once(migrate::run(args)),
        Command::Keys(command) => once(keys::run(command)),
        Command::MasterKey(command) => master_key::run(command),
        Command::Openapi => openapi(),
        Command::Healthcheck(args) => healthcheck::run(args),
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

fn openapi() -> Result<(), Failure> {
    let document = modules::catalog()?.document().clone();
    output::print(&format!(
        "{}\n",
        String::from_utf8_lossy(&document).trim_end()
    ))
}

/// Writes the failure to the log if it was started, and otherwise to stderr.
fn report(failure: &Failure) {
    if tracing::dispatcher::has_been_set() {
        tracing::error!("{failure}");
    } else {
        output::note(&format!("error: {failure}"));
    }
}
