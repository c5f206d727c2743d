//! The program `customers`: its command line, its configuration and its wiring.
//!
//! This is the only crate that depends on every other one. It selects the adapters for the ports, starts
//! and stops them, and contains no business rules.

mod cli;
mod config;
mod duration;
mod failure;
mod greeting;
mod healthcheck;
mod keys;
mod listener;
mod logging;
mod master_key;
mod metrics_listener;
mod migrate;
mod modules;
mod open_files;
mod output;
mod postgres;
mod serve;
mod shutdown;
mod signals;
mod size;
mod stores;
mod sweeper;
mod system;
mod traces;
mod values;

use std::process::ExitCode;

use crate::cli::{Cli, Command};
use crate::failure::Failure;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run(&Cli::read().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report(&failure);
            failure.exit_code()
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
