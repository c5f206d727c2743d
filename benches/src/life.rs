//! The customer's life at two sizes: what a lone caller waits for each operation where a tenant has ten
//! thousand customers, and where it has a million.
//!
//! Each size has a database and a service of its own, both on one cluster. Within a run the two take
//! turns many times a second, so that whatever else the machine does happens to both.

mod customers;
mod operation;

use std::time::{Duration, Instant};

use customers::Customers;
use operation::{Actor, Operation};

use crate::caller::Caller;
use crate::database::{Database, Server};
use crate::options::Options;
use crate::report::{Report, median};
use crate::service::{Program, Service};
use crate::{Result, note};

const FEW: usize = 10_000;
const MANY: usize = 1_000_000;
/// Room for both databases, so that what differs is the work and not where a page is fetched from.
const CACHE: &str = "1536MB";
/// How long one size has its turn within a run.
const TURN: Duration = Duration::from_millis(100);
/// Before anything is measured: every connection has prepared the statements and settled on a plan.
const WARM_UP: Duration = Duration::from_secs(2);

/// Each operation at both sizes.
///
/// # Errors
/// When the database or the program fails.
pub(crate) fn measure(program: &Program, options: Options, report: &mut Report) -> Result<()> {
    let server = Server::start(CACHE)?;
    let mut few = Side::start(program, &server, FEW)?;
    let mut many = Side::start(program, &server, MANY)?;
    for operation in Operation::ALL {
        take_turns(&mut few, &mut many, operation, WARM_UP)?;
        let mut runs = Vec::new();
        for run in 1..=options.runs {
            note(&format!("{}: {run} of {}", operation.name(), options.runs));
            runs.push(take_turns(&mut few, &mut many, operation, options.length)?);
        }
        let at_few = median(runs.iter().map(|run| run.few));
        let at_many = median(runs.iter().map(|run| run.many));
        let ratio = median(runs.iter().map(Medians::ratio));
        report.add(
            format!("{}, p50 at 10 k and at 1 M customers", operation.name()),
            format!(
                "{:.2} ms, {:.2} ms = {ratio:.2} ×",
                milliseconds(at_few),
                milliseconds(at_many)
            ),
            "≤ 1.15 ×",
        );
    }
    Ok(())
}

/// A tenant of some size, and all that is there for it. The service goes before its database.
struct Side {
    actor: Actor,
    _service: Service,
    _database: Database,
}

impl Side {
    fn start(program: &Program, server: &Server, count: usize) -> Result<Self> {
        note(&format!("{count} customers"));
        let database = server.empty_database();
        program.migrate(database.url())?;
        let api_key = program.new_api_key(database.url())?;
        let customers = Customers::insert(&database, count)?;
        let service = program.serve(Some(database.url()))?;
        let caller = Caller::connect(service.address, &api_key)?;
        Ok(Self {
            actor: Actor::new(caller, customers)?,
            _service: service,
            _database: database,
        })
    }

    fn turn(&mut self, operation: Operation, latencies: &mut Vec<Duration>) -> Result<()> {
        let end = Instant::now() + TURN;
        while Instant::now() < end {
            latencies.push(self.actor.perform(operation)?);
        }
        Ok(())
    }
}

/// The median time of an operation at each size, in one run.
struct Medians {
    few: Duration,
    many: Duration,
}

impl Medians {
    fn ratio(&self) -> f64 {
        self.many.as_secs_f64() / self.few.as_secs_f64()
    }
}

/// One run, that long for both sizes together.
fn take_turns(
    few: &mut Side,
    many: &mut Side,
    operation: Operation,
    length: Duration,
) -> Result<Medians> {
    let mut of_few = Vec::new();
    let mut of_many = Vec::new();
    let end = Instant::now() + length;
    while Instant::now() < end {
        few.turn(operation, &mut of_few)?;
        many.turn(operation, &mut of_many)?;
    }
    Ok(Medians {
        few: median(of_few),
        many: median(of_many),
    })
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
