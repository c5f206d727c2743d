//! Command-line options of the benchmark.

use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Parser, ValueEnum, value_parser};

/// Measures the service on a temporary PostgreSQL and prints tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Parser)]
#[command(name = "bench")]
pub(crate) struct Options {
    /// Duration of each run in seconds; runs with 8 or 512 connections take 3/5 of it.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = value_parser!(u32).range(1..))]
    seconds: u32,

    /// Number of runs; each figure is their median.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = value_parser!(u32).range(1..))]
    pub(crate) runs: u32,

    /// Runs only this part; the default is every part except `scale`.
    #[arg(long, value_name = "PART")]
    only: Option<Part>,

    /// Number of customers that `scale` loads.
    // The generator of customers supports powers of ten, and phone numbers have seven digits for them.
    #[arg(long, value_name = "N", default_value = "10000000", value_parser =
        PossibleValuesParser::new(["100000", "1000000", "10000000"]).try_map(|text| text.parse::<usize>()))]
    pub(crate) customers: usize,
}

/// A part of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Creates on PostgreSQL, compared with `pgbench`.
    Creates,
    /// Operations after creation, with few customers and with many.
    Lifecycle,
    /// Creates in memory, compared with the same service without a store.
    Memory,
    /// Time from start to ready.
    Start,
    /// Creates and reads with ten million customers. Takes ten minutes, 12 GB of disk (in `TMPDIR`) and
    /// 6.5 GB of memory.
    Scale,
}

impl Options {
    /// Returns the duration of a run.
    pub(crate) fn run_duration(self) -> Duration {
        Duration::from_secs(self.seconds.into())
    }

    /// Returns whether the part is to be run.
    pub(crate) fn includes(self, part: Part) -> bool {
        self.only.map_or(part != Part::Scale, |only| only == part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, clap::Error> {
        Options::try_parse_from(["bench"].into_iter().chain(line.split_whitespace()))
    }

    #[test]
    fn the_default_is_every_part_except_scale() {
        let options = parse("").unwrap();
        let included = |part: &Part| options.includes(*part);
        let parts: Vec<Part> = Part::value_variants()
            .iter()
            .copied()
            .filter(included)
            .collect();
        let expected = [Part::Creates, Part::Lifecycle, Part::Memory, Part::Start];
        assert_eq!(parts, expected);
        assert_eq!(options.runs, 3);
        assert_eq!(options.run_duration(), Duration::from_secs(5));
    }

    #[test]
    fn options_are_read() {
        let options = parse("--runs 5 --seconds 2 --only memory").unwrap();
        assert_eq!(options.runs, 5);
        assert_eq!(options.run_duration(), Duration::from_secs(2));
        assert!(options.includes(Part::Memory) && !options.includes(Part::Start));
    }

    #[test]
    fn scale_loads_ten_million_customers_by_default() {
        let options = parse("--only scale").unwrap();
        assert!(options.includes(Part::Scale) && !options.includes(Part::Lifecycle));
        assert_eq!(options.customers, 10_000_000);
        let options = parse("--only scale --customers 100000").unwrap();
        assert_eq!(options.customers, 100_000);
    }

    #[test]
    fn invalid_options_are_refused() {
        for line in [
            "--runs",
            "--runs 0",
            "--runs x",
            "--seconds 0",
            "--only disk",
            "--fast 1",
            "--customers 10000",
            "--customers 5000000",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
