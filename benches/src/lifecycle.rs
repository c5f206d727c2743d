//! Latencies of a single client at two sizes: for a tenant with ten thousand customers, and for one with many
//! more.
//!
//! Each size has its own database and service, on one server. A run alternates between the two many times per
//! second, so that other load on the machine affects both.

mod creation;
mod customers;
mod target;
mod workload;

use std::time::Duration;

use crate::database::Server;
use crate::options::Options;
use crate::report::{Report, median, milliseconds};
use crate::service::Program;
use crate::{Result, note};
use target::{Target, Tenant};
use workload::Operation;

const FEW: usize = 10_000;
/// Time to prepare statements and plans on every connection before measuring.
const WARM_UP: Duration = Duration::from_secs(2);

/// Measures operations after creation, for a tenant with a million customers.
///
/// # Errors
/// Returns an error if the database or the program fails.
pub(crate) fn measure(program: &Program, options: Options, report: &mut Report) -> Result<()> {
    let comparison = Comparison {
        title: "Customer lifecycle at two sizes",
        many: 1_000_000,
        cache: "1536MB".to_owned(),
        is_prewarmed: false,
        operations: &Operation::LIFECYCLE,
    };
    comparison.run(program, options, report)
}

/// Measures creates and reads, for a tenant with `options.customers` customers.
///
/// # Errors
/// Returns an error if the database or the program fails.
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
        is_prewarmed: true,
        operations: &Operation::SCALE,
    };
    comparison.run(program, options, report)
}

/// A comparison of operations at two sizes.
struct Comparison {
    title: &'static str,
    many: usize,
    /// `shared_buffers`, large enough for the pages that are read of both databases, so that the disk does not
    /// influence the comparison.
    cache: String,
    /// Whether the cache is filled first, because a short warm-up would not reach all pages.
    is_prewarmed: bool,
    operations: &'static [Operation],
}

impl Comparison {
    fn run(&self, program: &Program, options: Options, report: &mut Report) -> Result<()> {
        let server = Server::start(&[("shared_buffers", &self.cache)])?;
        let few = Tenant::of_size(program, &server, FEW)?;
        let many = Tenant::of_size(program, &server, self.many)?;
        if self.is_prewarmed {
            few.fill_cache()?;
            many.fill_cache()?;
        }
        let mut few = Target::start(program, few)?;
        let mut many = Target::start(program, many)?;
        let at = |count| format!("p50 at {}", short(count));
        let columns = ["operation", &at(FEW), &at(self.many), "ratio", "target"];
        let table = report.table(self.title, &columns);
        for &operation in self.operations {
            target::alternate(&mut few, &mut many, operation, WARM_UP)?;
            let mut runs = Vec::new();
            for run in 1..=options.runs {
                note(&format!("{}: {run} of {}", operation.name(), options.runs));
                let medians =
                    target::alternate(&mut few, &mut many, operation, options.run_duration())?;
                runs.push(medians);
            }
            let ratio = median(runs.iter().map(target::Medians::ratio));
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

/// Returns `shared_buffers` for creates and reads, which use 560 bytes per customer: the row, and all indexes of
/// single values.
fn cache_at_scale(customers: usize) -> String {
    let megabytes = customers * 650 / 1_000_000;
    format!("{}MB", megabytes.max(256))
}

/// Formats a round number.
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
    fn the_cache_grows_with_the_customers_above_a_minimum() {
        let caches = [100_000, 1_000_000, 10_000_000].map(cache_at_scale);
        assert_eq!(caches, ["256MB", "650MB", "6500MB"]);
    }

    #[test]
    fn sizes_are_abbreviated() {
        let names = [10_000, 100_000, 1_000_000, 10_000_000].map(short);
        assert_eq!(names, ["10 k", "100 k", "1 M", "10 M"]);
    }
}
