//! The two sizes that are compared, and how a run alternates between them.

use std::time::{Duration, Instant};

use super::customers::Customers;
use super::workload::{Operation, Workload};
use crate::client::Client;
use crate::database::{Database, Server};
use crate::report::median;
use crate::service::{Program, Service};
use crate::{Result, note};

/// Time at one size before a run alternates to the other.
const TURN: Duration = Duration::from_millis(100);

/// A tenant of a given size, in its own database.
pub(super) struct Tenant {
    api_key: String,
    customers: Customers,
    database: Database,
}

impl Tenant {
    /// Creates a tenant with the given number of customers.
    ///
    /// # Errors
    /// Returns an error if the database or the program fails.
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

    /// Fills the database's cache with the pages that creates and reads use.
    ///
    /// # Errors
    /// Returns an error if the database fails.
    pub(super) fn fill_cache(&self) -> Result<()> {
        Customers::fill_cache(&self.database)
    }
}

/// A tenant with its own service and client.
///
/// The order of the fields stops the service before its database.
pub(super) struct Target {
    workload: Workload,
    _service: Service,
    _database: Database,
}

impl Target {
    /// Starts the service and connects the client. The service closes the connection if it is idle for a minute.
    ///
    /// # Errors
    /// Returns an error if the program fails.
    pub(super) fn start(program: &Program, tenant: Tenant) -> Result<Self> {
        let service = program.serve(tenant.database.url())?;
        let client = Client::connect(service.address, &tenant.api_key)?;
        Ok(Self {
            workload: Workload::new(client, tenant.customers)?,
            _service: service,
            _database: tenant.database,
        })
    }

    fn run_turn(&mut self, operation: Operation, latencies: &mut Vec<Duration>) -> Result<()> {
        let end = Instant::now() + TURN;
        while Instant::now() < end {
            latencies.push(self.workload.perform(operation)?);
        }
        Ok(())
    }
}

/// Median latency of an operation at each size, in one run.
pub(super) struct Medians {
    pub(super) few: Duration,
    pub(super) many: Duration,
}

impl Medians {
    /// Returns the ratio of the latency at the larger size to that at the smaller size.
    pub(super) fn ratio(&self) -> f64 {
        self.many.as_secs_f64() / self.few.as_secs_f64()
    }
}

/// Runs an operation at both sizes alternately, for the given time in total.
///
/// # Errors
/// Returns an error if an operation fails.
pub(super) fn alternate(
    few: &mut Target,
    many: &mut Target,
    operation: Operation,
    duration: Duration,
) -> Result<Medians> {
    let mut few_latencies = Vec::new();
    let mut many_latencies = Vec::new();
    let end = Instant::now() + duration;
    while Instant::now() < end {
        few.run_turn(operation, &mut few_latencies)?;
        many.run_turn(operation, &mut many_latencies)?;
    }
    Ok(Medians {
        few: median(few_latencies),
        many: median(many_latencies),
    })
}
