//! The benchmark behind `docs/performance.md`: starts a PostgreSQL of its own, with `fsync` on, and the
//! release build of the program, puts load on it over loopback, and prints tables.
//!
//! Figures that are compared are measured in turns, within one run, on one cluster, so that a machine
//! that is slower for a while is slower for all of them.

mod caller;
mod creates;
mod database;
mod life;
mod load;
mod memory;
mod options;
mod pgbench;
mod processor;
mod report;
mod requests;
mod service;
mod start;

use std::io::{self, Write as _};
use std::process::ExitCode;

use options::{Options, Part, USAGE};
use report::Report;
use service::Program;

/// What can go wrong is for the person at the terminal, who can do no more than read it.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    match run() {
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

fn run() -> Result<String> {
    let Some(options) = Options::parse(std::env::args().skip(1))? else {
        return Ok(USAGE.to_owned());
    };
    let program = Program::beside_this("customers")?;
    let mut report = Report::default();
    if options.wants(Part::Creates) {
        creates::measure(&program, options, &mut report)?;
    }
    if options.wants(Part::Life) {
        life::measure(&program, options, &mut report)?;
    }
    if options.wants(Part::Memory) {
        memory::measure(&program, options, &mut report)?;
    }
    if options.wants(Part::Start) {
        start::measure(&program, options, &mut report)?;
    }
    if options.wants(Part::Scale) {
        life::measure_at_scale(&program, options, &mut report)?;
    }
    Ok(report.to_markdown())
}

/// Says on stderr what goes on. That nobody reads it is no reason to stop.
fn note(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
