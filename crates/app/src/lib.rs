//! Runs the service: command line, configuration and wiring.
//!
//! The program `customers` is an [`App`] without additions. This is the only crate that depends on every other one. It
//! selects the adapters for the ports, starts and stops them, and contains no business rules.

mod app;
mod cli;
mod config;
mod duration;
mod events;
mod failure;
mod feed;
mod greeting;
mod healthcheck;
mod keys;
mod listener;
mod logging;
mod master_key;
mod metrics_listener;
mod migrate;
mod module;
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
mod tasks;
mod traces;
mod values;
mod vault;

pub use app::App;
pub use module::{Module, ModuleContext, NoArgs, Serving, StartError, Store};
pub use tasks::{StopSignal, Stopper};
