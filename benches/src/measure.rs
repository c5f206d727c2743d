//! The measurements, each in runs that take turns with those that they are compared with.

use std::time::Duration;

use crate::database::Server;
use crate::load::{self, Measured};
use crate::options::Options;
use crate::pgbench::{self, Pgbench, Rate};
use crate::report::{Report, median};
use crate::requests::Requests;
use crate::service::Program;
use crate::{Result, note};

/// How many connections put load on the service.
const CONNECTIONS: u32 = 64;
/// Starts of the program for each figure about starting.
const STARTS: u32 = 10;
/// Before anything is measured: connections open, caches fill, statements are prepared.
const WARM_UP: Duration = Duration::from_secs(1);

/// Creates on PostgreSQL, with and without an idempotency key, in turns with `pgbench`.
///
/// # Errors
/// When the database, the program or `pgbench` fails.
pub(crate) fn on_postgres(program: &Program, options: Options, report: &mut Report) -> Result<()> {
    let server = Server::start("256MB")?;
    let database = server.empty_database();
    program.migrate(database.url())?;
    database.execute(pgbench::TABLE)?;
    let pgbench = Pgbench::new(database.url());
    let api_key = program.new_api_key(database.url())?;
    let service = program.serve(Some(database.url()))?;
    let mut runs = 0..;
    let mut next_run = || runs.next().ok_or("no more runs");

    let requests = |run, keyed| Requests::creates(service.address, &api_key, run, keyed);
    load::run(
        service.address,
        CONNECTIONS,
        WARM_UP,
        &requests(next_run()?, true),
    )?;
    pgbench.run(CONNECTIONS, WARM_UP, next_run()?)?;

    for (connections, name) in [(CONNECTIONS, "64 connections"), (1, "one connection")] {
        let mut turns = Turns::default();
        for turn in 1..=options.runs {
            note(&format!("PostgreSQL, {name}: {turn} of {}", options.runs));
            turns
                .pgbench
                .push(pgbench.run(connections, options.length, next_run()?)?);
            for (keyed, measured) in [(false, &mut turns.plain), (true, &mut turns.keyed)] {
                let requests = requests(next_run()?, keyed);
                let length = options.length;
                measured.push(load::run(service.address, connections, length, &requests)?);
            }
        }
        if connections == 1 {
            turns.report_latency(report);
        } else {
            turns.report_rate(report);
        }
    }

    let (now, most) = service.memory()?;
    report.add(
        "memory of the service after this load (at most)",
        format!("{now:.0} MiB ({most:.0} MiB)"),
        "≤ 64 MiB",
    );
    Ok(())
}

/// Runs that took turns.
#[derive(Default)]
struct Turns {
    pgbench: Vec<Rate>,
    plain: Vec<Measured>,
    keyed: Vec<Measured>,
}

impl Turns {
    fn report_rate(&self, report: &mut Report) {
        let reference = median(self.pgbench.iter().map(|rate| rate.a_second));
        report.add(
            "`pgbench`: inserts a second, 64 clients",
            format!("{reference:.0}"),
            "",
        );
        for (measured, name, target) in [
            (&self.plain, "without", "≥ 0.30 ×"),
            (&self.keyed, "with", "≥ 0.25 ×"),
        ] {
            let rate = median(measured.iter().map(|run| run.rate));
            report.add(
                format!("creates a second, 64 connections, {name} an idempotency key"),
                format!("{rate:.0} = {:.2} × `pgbench`", rate / reference),
                target,
            );
            report.add(
                format!("– their time, p50 and p99, {name} a key"),
                times(measured),
                "",
            );
        }
    }

    fn report_latency(&self, report: &mut Report) {
        let reference = median(self.pgbench.iter().map(|rate| rate.latency));
        report.add(
            "`pgbench`: time of a lone insert, mean",
            format!("{reference:.2} ms"),
            "",
        );
        for (measured, name) in [(&self.plain, "without"), (&self.keyed, "with")] {
            report.add(
                format!("time of a lone create, p50 and p99, {name} a key"),
                times(measured),
                "",
            );
        }
    }
}

/// Creates in memory. Each run has a service of its own, which ends with the customers it keeps.
///
/// # Errors
/// When the program fails.
pub(crate) fn in_memory(program: &Program, options: Options, report: &mut Report) -> Result<()> {
    for (connections, name) in [(CONNECTIONS, "64 connections"), (1, "one connection")] {
        let mut measured = Vec::new();
        for turn in 1..=options.runs {
            note(&format!("memory, {name}: {turn} of {}", options.runs));
            let mut service = program.serve(None)?;
            let api_key = service.greeted_api_key()?;
            let requests = |run| Requests::creates(service.address, &api_key, run, false);
            load::run(service.address, connections, WARM_UP, &requests(0))?;
            measured.push(load::run(
                service.address,
                connections,
                options.length,
                &requests(1),
            )?);
        }
        let rate = median(measured.iter().map(|run| run.rate));
        let figures = format!("{rate:.0} a second; {}", times(&measured));
        report.add(
            format!("creates in memory, {name}; p50 and p99"),
            figures,
            "",
        );
    }
    Ok(())
}

/// The time from start to ready, in memory.
///
/// # Errors
/// When the program fails.
pub(crate) fn start(program: &Program, options: Options, report: &mut Report) -> Result<()> {
    let starts = STARTS.max(options.runs);
    note(&format!("{starts} starts"));
    let mut took = Vec::new();
    for _ in 0..starts {
        took.push(program.serve(None)?.ready_after);
    }
    report.add(
        "from start to ready, in memory",
        milliseconds(median(took)),
        "≤ 100 ms",
    );
    Ok(())
}

fn times(measured: &[Measured]) -> String {
    let at = |percent| milliseconds(median(measured.iter().map(|run| run.percentile(percent))));
    format!("{}, {}", at(50), at(99))
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}
