//! Everything that creates are measured with: a server, and the program on it in each way.

use std::time::Duration;

use crate::Result;
use crate::database::{Database, Server};
use crate::load;
use crate::pgbench::{self, Pgbench};
use crate::processor::Family;
use crate::requests::Requests;
use crate::service::{Memory, Program, Service};

/// Room for `pgbench` with the most clients, and beside them for the program.
const SETTINGS: [(&str, &str); 2] = [("shared_buffers", "256MB"), ("max_connections", "640")];
/// So that each run begins as the one before it did. The tables' sizes are not what is compared here.
const EMPTY: &str = "TRUNCATE customers, customer_changes, idempotency_records, bench_customers";
/// Before anything is measured: connections open, caches fill, statements are prepared.
const WARM_UP: Duration = Duration::from_secs(1);

/// What the program does with creates that come at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Those that wait share a commit.
    Together,
    /// Each has a commit of its own.
    OneByOne,
    /// As the first, by two copies of the program, each with half of the connections.
    TwoCopies,
}

/// What one run saw.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    pub(super) a_second: f64,
    pub(super) p50: Duration,
    pub(super) p99: Duration,
    /// Processor time of the program a create; none for `pgbench`, which is no part of a service.
    pub(super) program: Option<Duration>,
    /// Processor time of PostgreSQL a create or an insert.
    pub(super) postgres: Duration,
}

/// What `pgbench` does before its first insert, and that one, over every connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opening {
    took: Duration,
    /// Processor time of PostgreSQL.
    cost: Duration,
}

/// A server with an empty database, and the program on it in each way. The services go first.
pub(super) struct Stage {
    together: [Service; 2],
    one_by_one: Service,
    pgbench: Pgbench,
    api_key: String,
    /// How many runs there were; each has a number of its own.
    runs: u32,
    postgres: Family,
    database: Database,
    _server: Server,
}

impl Stage {
    /// Starts all of it.
    ///
    /// # Errors
    /// When the database or the program fails.
    pub(super) fn start(program: &Program) -> Result<Self> {
        let server = Server::start(&SETTINGS)?;
        let database = server.empty_database();
        program.migrate(database.url())?;
        database.execute(pgbench::TABLE)?;
        Ok(Self {
            together: [
                program.serve(database.url())?,
                program.serve(database.url())?,
            ],
            one_by_one: program.serve_one_by_one(database.url())?,
            pgbench: Pgbench::new(database.url()),
            api_key: program.new_api_key(database.url())?,
            runs: 0,
            postgres: database.processes()?,
            database,
            _server: server,
        })
    }

    /// Puts load on every copy of the program, and opens as many connections for `pgbench`.
    ///
    /// # Errors
    /// When the database, the program or `pgbench` fails.
    pub(super) fn warm_up(&mut self, connections: u32) -> Result<Opening> {
        for way in [Way::OneByOne, Way::TwoCopies] {
            let requests = self.requests(way, true);
            load::run(connections.max(2), WARM_UP, &requests)?;
        }
        self.clear()?;
        let run = self.next_run();
        let (took, cost) =
            self.cost_to_postgres(|| self.until_gone(|| self.pgbench.open(connections, run)))?;
        Ok(Opening { took, cost })
    }

    /// Inserts by `pgbench`; of their time and cost the opening of its connections is no part.
    ///
    /// # Errors
    /// When the database or `pgbench` fails.
    pub(super) fn insert(
        &mut self,
        clients: u32,
        length: Duration,
        opening: Opening,
    ) -> Result<Sample> {
        self.clear()?;
        let run = self.next_run();
        let length = length + opening.took;
        let (inserts, taken) =
            self.cost_to_postgres(|| self.until_gone(|| self.pgbench.run(clients, length, run)))?;
        let later_inserts = inserts.count - f64::from(clients);
        Ok(Sample {
            a_second: inserts.a_second,
            p50: inserts.p50,
            p99: inserts.p99,
            program: None,
            postgres: share(taken.saturating_sub(opening.cost), later_inserts),
        })
    }

    /// Creates in that way.
    ///
    /// # Errors
    /// When the database or the program fails.
    pub(super) fn create(
        &mut self,
        way: Way,
        is_keyed: bool,
        connections: u32,
        length: Duration,
    ) -> Result<Sample> {
        self.clear()?;
        let requests = self.requests(way, is_keyed);
        let before = self.taken_by_program(way)?;
        let (measured, postgres) =
            self.cost_to_postgres(|| load::run(connections, length, &requests))?;
        let program = self.taken_by_program(way)?.saturating_sub(before);
        let creates = f64::from(u32::try_from(measured.answers())?);
        Ok(Sample {
            a_second: measured.rate,
            p50: measured.percentile(50),
            p99: measured.percentile(99),
            program: Some(share(program, creates)),
            postgres: share(postgres, creates),
        })
    }

    /// What the first copy holds of the machine's memory.
    ///
    /// # Errors
    /// Where the system does not tell.
    pub(super) fn memory(&self) -> Result<Memory> {
        self.together[0].memory()
    }

    fn services(&self, way: Way) -> &[Service] {
        match way {
            Way::Together => &self.together[..1],
            Way::OneByOne => std::slice::from_ref(&self.one_by_one),
            Way::TwoCopies => &self.together,
        }
    }

    fn requests(&mut self, way: Way, is_keyed: bool) -> Vec<Requests> {
        let run = self.next_run();
        self.services(way)
            .iter()
            .map(|service| Requests::creates(service.address, &self.api_key, run, is_keyed))
            .collect()
    }

    const fn next_run(&mut self) -> u32 {
        self.runs += 1;
        self.runs
    }

    /// Empties the tables and leaves nothing to be written.
    fn clear(&self) -> Result<()> {
        self.database.execute(EMPTY)?;
        self.database.execute("CHECKPOINT")
    }

    fn taken_by_program(&self, way: Way) -> Result<Duration> {
        self.services(way).iter().map(Service::processor_time).sum()
    }

    /// Does something with connections of its own, and waits until they are gone.
    fn until_gone<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let at_rest = self.postgres.size()?;
        let done = work()?;
        self.postgres.rest(at_rest)?;
        Ok(done)
    }

    /// Does something, and says what processor time it took of PostgreSQL.
    fn cost_to_postgres<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<(T, Duration)> {
        let before = self.postgres.taken()?;
        let done = work()?;
        Ok((done, self.postgres.taken()?.saturating_sub(before)))
    }
}

fn share(time: Duration, among: f64) -> Duration {
    Duration::try_from_secs_f64(time.as_secs_f64() / among).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_shared_among_creates_and_among_none_is_nothing() {
        let time = Duration::from_secs(1);
        assert_eq!(share(time, 10_000.0), Duration::from_micros(100));
        assert_eq!(share(time, 0.0), Duration::ZERO);
        assert_eq!(share(time, -1.0), Duration::ZERO);
    }
}
