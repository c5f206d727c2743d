//! The setup for measuring creates: a server, and the program in each mode.

use std::time::Duration;

use crate::Result;
use crate::cpu_time::ProcessTree;
use crate::database::{Database, Server};
use crate::load;
use crate::pgbench::{self, Pgbench};
use crate::requests::Requests;
use crate::service::{Memory, Program, Service};

/// Enough connections for `pgbench` with the most clients and for the program.
const SETTINGS: [(&str, &str); 2] = [("shared_buffers", "256MB"), ("max_connections", "640")];
/// Empties the tables, so that each run starts in the same state.
const TRUNCATE: &str = "TRUNCATE customers, customer_changes, idempotency_records, bench_customers";
/// Time to open connections, fill caches and prepare statements before measuring.
const WARM_UP: Duration = Duration::from_secs(1);

/// How the program handles concurrent creates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Waiting creates share a commit.
    Batched,
    /// Each create has its own commit.
    Unbatched,
    /// Batched, with two instances of the program and half of the connections to each.
    TwoInstances,
}

/// Result of one run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    pub(super) per_second: f64,
    pub(super) p50: Duration,
    pub(super) p99: Duration,
    /// CPU time of the program per create; `None` for `pgbench`, which runs without it.
    pub(super) program_cpu: Option<Duration>,
    /// CPU time of PostgreSQL per create or insert.
    pub(super) postgres_cpu: Duration,
}

/// Cost of opening the connections of `pgbench`, with one insert over each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Connecting {
    elapsed: Duration,
    /// CPU time of PostgreSQL.
    cpu: Duration,
}

/// A server with an empty database, and the program in each mode.
///
/// The order of the fields stops the services before the server.
pub(super) struct Setup {
    batched: [Service; 2],
    unbatched: Service,
    pgbench: Pgbench,
    api_key: String,
    /// Number of the last run.
    runs: u32,
    postgres: ProcessTree,
    database: Database,
    _server: Server,
}

impl Setup {
    /// Starts the server and the services.
    ///
    /// # Errors
    /// Returns an error if the database or the program fails.
    pub(super) fn start(program: &Program) -> Result<Self> {
        let server = Server::start(&SETTINGS)?;
        let database = server.empty_database();
        program.migrate(database.url())?;
        database.execute(pgbench::TABLE)?;
        Ok(Self {
            batched: [
                program.serve(database.url())?,
                program.serve(database.url())?,
            ],
            unbatched: program.serve_unbatched(database.url())?,
            pgbench: Pgbench::new(database.url()),
            api_key: program.new_api_key(database.url())?,
            runs: 0,
            postgres: database.processes()?,
            database,
            _server: server,
        })
    }

    /// Puts load on every service, and measures the cost of opening connections of `pgbench`.
    ///
    /// # Errors
    /// Returns an error if the database, the program or `pgbench` fails.
    pub(super) fn warm_up(&mut self, connections: u32) -> Result<Connecting> {
        for mode in [Mode::Unbatched, Mode::TwoInstances] {
            let requests = self.requests(mode, true);
            load::run(connections.max(2), WARM_UP, &requests)?;
        }
        self.clear()?;
        let run = self.next_run();
        let (elapsed, cpu) =
            self.postgres_cpu_of(|| self.and_disconnect(|| self.pgbench.open(connections, run)))?;
        Ok(Connecting { elapsed, cpu })
    }

    /// Measures inserts of `pgbench`, without the cost of opening its connections.
    ///
    /// # Errors
    /// Returns an error if the database or `pgbench` fails.
    pub(super) fn insert(
        &mut self,
        clients: u32,
        duration: Duration,
        connecting: Connecting,
    ) -> Result<Sample> {
        self.clear()?;
        let run = self.next_run();
        let duration = duration + connecting.elapsed;
        let (inserts, cpu) = self
            .postgres_cpu_of(|| self.and_disconnect(|| self.pgbench.run(clients, duration, run)))?;
        let later_inserts = inserts.count - f64::from(clients);
        Ok(Sample {
            per_second: inserts.per_second,
            p50: inserts.p50,
            p99: inserts.p99,
            program_cpu: None,
            postgres_cpu: divide(cpu.saturating_sub(connecting.cpu), later_inserts),
        })
    }

    /// Measures creates in the given mode.
    ///
    /// # Errors
    /// Returns an error if the database or the program fails.
    pub(super) fn create(
        &mut self,
        mode: Mode,
        is_keyed: bool,
        connections: u32,
        duration: Duration,
    ) -> Result<Sample> {
        self.clear()?;
        let requests = self.requests(mode, is_keyed);
        let before = self.program_cpu(mode)?;
        let (load, postgres) =
            self.postgres_cpu_of(|| load::run(connections, duration, &requests))?;
        let program = self.program_cpu(mode)?.saturating_sub(before);
        let creates = f64::from(u32::try_from(load.responses())?);
        Ok(Sample {
            per_second: load.rate,
            p50: load.percentile(50),
            p99: load.percentile(99),
            program_cpu: Some(divide(program, creates)),
            postgres_cpu: divide(postgres, creates),
        })
    }

    /// Returns the memory usage of the first batched instance.
    ///
    /// # Errors
    /// Returns an error if `/proc` does not contain it.
    pub(super) fn memory(&self) -> Result<Memory> {
        self.batched[0].memory()
    }

    fn services(&self, mode: Mode) -> &[Service] {
        match mode {
            Mode::Batched => &self.batched[..1],
            Mode::Unbatched => std::slice::from_ref(&self.unbatched),
            Mode::TwoInstances => &self.batched,
        }
    }

    fn requests(&mut self, mode: Mode, is_keyed: bool) -> Vec<Requests> {
        let run = self.next_run();
        self.services(mode)
            .iter()
            .map(|service| Requests::creates(service.address, &self.api_key, run, is_keyed))
            .collect()
    }

    const fn next_run(&mut self) -> u32 {
        self.runs += 1;
        self.runs
    }

    /// Empties the tables and writes a checkpoint.
    fn clear(&self) -> Result<()> {
        self.database.execute(TRUNCATE)?;
        self.database.execute("CHECKPOINT")
    }

    fn program_cpu(&self, mode: Mode) -> Result<Duration> {
        self.services(mode).iter().map(Service::cpu_time).sum()
    }

    /// Runs `work`, and waits until PostgreSQL has closed the connections that it opened.
    fn and_disconnect<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let before = self.postgres.child_count()?;
        let result = work()?;
        self.postgres.wait_for_children(before)?;
        Ok(result)
    }

    /// Runs `work`, and returns the CPU time that PostgreSQL used meanwhile.
    fn postgres_cpu_of<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<(T, Duration)> {
        let before = self.postgres.cpu_time()?;
        let result = work()?;
        Ok((result, self.postgres.cpu_time()?.saturating_sub(before)))
    }
}

/// Divides a duration. Returns zero unless the divisor is positive.
fn divide(duration: Duration, by: f64) -> Duration {
    Duration::try_from_secs_f64(duration.as_secs_f64() / by).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_divided_by_zero_is_zero() {
        let duration = Duration::from_secs(1);
        assert_eq!(divide(duration, 10_000.0), Duration::from_micros(100));
        assert_eq!(divide(duration, 0.0), Duration::ZERO);
        assert_eq!(divide(duration, -1.0), Duration::ZERO);
    }
}
