//! One of the two sizes, and how they take turns.

use std::time::{Duration, Instant};

use super::customers::Customers;
use super::operation::{Actor, Operation};
use crate::caller::Caller;
use crate::database::{Database, Server};
use crate::report::median;
use crate::service::{Program, Service};
use crate::{Result, note};

/// How long one size has its turn within a run.
const TURN: Duration = Duration::from_millis(100);

/// A tenant of some size, alone in a database.
pub(super) struct Tenant {
    api_key: String,
    customers: Customers,
    database: Database,
}

impl Tenant {
    /// Puts it there, with that many customers.
    ///
    /// # Errors
    /// When the database or the program fails.
    pub(super) fn of_size(program: &Program, server: &Server, count: usize) -> Result<Self> {
        note(&format!("{count} customers"));
        let database = server.empty_database();
        program.migrate(database.url())?;
        Ok(Self {
            api_key: program.new_api_key(database.url())?,
            customers: Customers::insert(&database, count)?,
            database,
        })
    }

    /// Fills the database's cache with what creates and reads come to.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn fill_cache(&self) -> Result<()> {
        Customers::fill_cache(&self.database)
    }
}

/// A tenant, and a caller that has a service for itself. The service goes before its database.
pub(super) struct Side {
    actor: Actor,
    _service: Service,
    _database: Database,
}

impl Side {
    /// Starts the service and connects the caller. It has to be put to work soon: the service closes
    /// what is idle for a minute.
    ///
    /// # Errors
    /// When the program fails.
    pub(super) fn start(program: &Program, tenant: Tenant) -> Result<Self> {
        let service = program.serve(tenant.database.url())?;
        let caller = Caller::connect(service.address, &tenant.api_key)?;
        Ok(Self {
            actor: Actor::new(caller, tenant.customers)?,
            _service: service,
            _database: tenant.database,
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
pub(super) struct Medians {
    pub(super) few: Duration,
    pub(super) many: Duration,
}

impl Medians {
    /// How many times as long it takes among many as it does among few.
    pub(super) fn ratio(&self) -> f64 {
        self.many.as_secs_f64() / self.few.as_secs_f64()
    }
}

/// One run, that long for both sizes together.
///
/// # Errors
/// When an operation fails.
pub(super) fn take_turns(
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
