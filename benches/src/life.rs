//! What a lone caller waits for at two sizes: where a tenant has ten thousand customers, and where it has
//! many more.
//!
//! Each size has a database and a service of its own, both on one cluster. Within a run the two take
//! turns many times a second, so that whatever else the machine does happens to both.

mod creation;
mod customers;
mod operation;
mod side;

use std::time::Duration;

use crate::database::Server;
use crate::options::Options;
use crate::report::{Report, median, milliseconds};
use crate::service::Program;
use crate::{Result, note};
use operation::Operation;
use side::{Side, Tenant};

const FEW: usize = 10_000;
/// Before anything is measured: every connection has prepared the statements and settled on a plan.
const WARM_UP: Duration = Duration::from_secs(2);

/// The customer's life after its creation, where a tenant has a million.
///
/// # Errors
/// When the database or the program fails.
pub(crate) fn measure(program: &Program, options: Options, report: &mut Report) -> Result<()> {
    let comparison = Comparison {
        title: "The customer's life at two sizes",
        many: 1_000_000,
        cache: "1536MB".to_owned(),
        is_warmed: false,
        operations: &Operation::LIFE,
    };
    comparison.carry_out(program, options, report)
}

/// Creates and reads, where a tenant has very many customers.
///
/// # Errors
/// When the database or the program fails.
pub(crate) fn measure_at_scale(
    program: &Program,
    options: Options,
    report: &mut Report,
) -> Result<()> {
    let many = options.customers;
    let comparison = Comparison {
        title: "Creates at two sizes",
        many,
        cache: cache_at_scale(many),
        is_warmed: true,
        operations: &Operation::SCALE,
    };
    comparison.carry_out(program, options, report)
}

/// Two sizes, and what is compared between them.
struct Comparison {
    title: &'static str,
    many: usize,
    /// Room for what is read of both databases (`shared_buffers`), so that what differs is the work and
    /// not where a page is fetched from.
    cache: String,
    /// Whether that is put there from the start, because no short warm-up would come to all of it.
    is_warmed: bool,
    operations: &'static [Operation],
}

impl Comparison {
    fn carry_out(&self, program: &Program, options: Options, report: &mut Report) -> Result<()> {
        let server = Server::start(&[("shared_buffers", &self.cache)])?;
        let few = Tenant::of_size(program, &server, FEW)?;
        let many = Tenant::of_size(program, &server, self.many)?;
        if self.is_warmed {
            few.fill_cache()?;
            many.fill_cache()?;
        }
        let mut few = Side::start(program, few)?;
        let mut many = Side::start(program, many)?;
        let at = |count| format!("p50 at {}", short(count));
        let columns = ["operation", &at(FEW), &at(self.many), "ratio", "to reach"];
        let table = report.table(self.title, &columns);
        for &operation in self.operations {
            side::take_turns(&mut few, &mut many, operation, WARM_UP)?;
            let mut runs = Vec::new();
            for run in 1..=options.runs {
                note(&format!("{}: {run} of {}", operation.name(), options.runs));
                let medians = side::take_turns(&mut few, &mut many, operation, options.length)?;
                runs.push(medians);
            }
            let ratio = median(runs.iter().map(side::Medians::ratio));
            table.row([
                operation.name().to_owned(),
                milliseconds(median(runs.iter().map(|run| run.few))),
                milliseconds(median(runs.iter().map(|run| run.many))),
                format!("{ratio:.2} ×"),
                "≤ 1.15 ×".to_owned(),
            ]);
        }
        Ok(())
    }
}

/// Creates and reads come to 560 bytes a customer: the row, and all indexes of single values.
fn cache_at_scale(customers: usize) -> String {
    let megabytes = customers * 650 / 1_000_000;
    format!("{}MB", megabytes.max(256))
}

/// A round number as people say it.
fn short(count: usize) -> String {
    match count {
        1_000_000.. => format!("{} M", count / 1_000_000),
        _ => format!("{} k", count / 1000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_grows_with_the_customers_from_some_size_on() {
        let caches = [100_000, 1_000_000, 10_000_000].map(cache_at_scale);
        assert_eq!(caches, ["256MB", "650MB", "6500MB"]);
    }

    #[test]
    fn sizes_are_said_shortly() {
        let said = [10_000, 100_000, 1_000_000, 10_000_000].map(short);
        assert_eq!(said, ["10 k", "100 k", "1 M", "10 M"]);
    }
}
