//! The benchmark behind `docs/performance.md`.
//!
//! It starts a PostgreSQL server with `fsync` on and the release build of the program, puts load on it
//! over loopback, and prints tables. Figures that are compared are measured alternately, in one run on
//! one server, so that a temporary slowdown of the machine affects all of them.

mod client;
mod cpu_time;
mod creates;
mod database;
mod lifecycle;
mod load;
mod memory;
mod options;
mod pgbench;
mod report;
mod requests;
mod service;
mod start;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use options::{Options, Part};
use report::Report;
use service::Program;

/// Errors are only printed, so they need no type of their own.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    match run(Options::parse()) {
        Ok(text) => {
            let printed = io::stdout().write_all(text.as_bytes());
            ExitCode::from(u8::from(printed.is_err()))
        }
        Err(error) => {
            note(&format!("bench: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<String> {
    let program = Program::built("customers")?;
    let mut report = Report::default();
    if options.includes(Part::Creates) {
        creates::measure(&program, options, &mut report)?;
    }
    if options.includes(Part::Lifecycle) {
        lifecycle::measure(&program, options, &mut report)?;
    }
    if options.includes(Part::Memory) {
        memory::measure(&program, options, &mut report)?;
    }
    if options.includes(Part::Start) {
        start::measure(&program, options, &mut report)?;
    }
    if options.includes(Part::Scale) {
        lifecycle::measure_at_scale(&program, options, &mut report)?;
    }
    Ok(report.to_markdown())
}

/// Prints progress to stderr. Ignores errors.
fn note(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
