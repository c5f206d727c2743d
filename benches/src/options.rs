//! What the benchmark is asked to do.

use std::time::Duration;

use crate::Result;

pub(crate) const USAGE: &str = "\
Measures the service against a PostgreSQL of its own and prints tables.

Options:
  --seconds N    how long each run lasts (default 5); a run at 8 or 512 connections lasts 3/5 of it
  --runs N       how many runs each figure is the median of (default 3)
  --only PART    creates, life, memory or start: just that part; or scale, which is no part of the
                 whole: it loads ten million customers, which takes ten minutes and 12 GB of disk
                 (TMPDIR says where), and caches 6.5 GB of them
  --customers N  how many scale loads: 100000, 1000000 or 10000000 (default)
  --help         this text
";

/// What `--customers` may say: the generator of customers takes powers of ten, and phone numbers have
/// seven digits for them.
const CUSTOMERS: [usize; 3] = [100_000, 1_000_000, 10_000_000];

/// A part of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Creates on PostgreSQL, beside `pgbench`.
    Creates,
    /// What comes after creation, among few customers and among many.
    Life,
    /// Creates in memory, beside the same service without a store.
    Memory,
    /// The time from start to ready.
    Start,
    /// Creates and reads, among few customers and among very many. Only where it is asked for.
    Scale,
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) length: Duration,
    pub(crate) runs: u32,
    pub(crate) only: Option<Part>,
    pub(crate) customers: usize,
}

impl Options {
    /// Reads the command line; none when help was asked for.
    ///
    /// # Errors
    /// When it is not understood.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Option<Self>> {
        let mut options = Self {
            length: Duration::from_secs(5),
            runs: 3,
            only: None,
            customers: 10_000_000,
        };
        let mut arguments = arguments.into_iter();
        while let Some(name) = arguments.next() {
            if name == "--help" {
                return Ok(None);
            }
            let value = arguments.next().ok_or_else(|| format!("{name} what?"))?;
            match name.as_str() {
                "--seconds" => options.length = Duration::from_secs(at_least_one(&value)?.into()),
                "--runs" => options.runs = at_least_one(&value)?,
                "--only" => options.only = Some(part(&value)?),
                "--customers" => options.customers = customers(&value)?,
                _ => return Err(format!("there is no option {name}; see --help").into()),
            }
        }
        Ok(Some(options))
    }

    /// Whether that part was asked for.
    pub(crate) fn wants(self, part: Part) -> bool {
        self.only.map_or(part != Part::Scale, |only| only == part)
    }
}

fn at_least_one(text: &str) -> Result<u32> {
    match text.parse()? {
        0 => Err("at least 1".into()),
        number => Ok(number),
    }
}

fn part(name: &str) -> Result<Part> {
    match name {
        "creates" => Ok(Part::Creates),
        "life" => Ok(Part::Life),
        "memory" => Ok(Part::Memory),
        "start" => Ok(Part::Start),
        "scale" => Ok(Part::Scale),
        _ => Err("--only takes creates, life, memory, start or scale".into()),
    }
}

fn customers(text: &str) -> Result<usize> {
    let count = text.parse()?;
    if CUSTOMERS.contains(&count) {
        Ok(count)
    } else {
        Err("--customers takes 100000, 1000000 or 10000000".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Option<Options>> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn nothing_asked_for_is_everything_but_the_largest_load() {
        let options = parsed("").unwrap().unwrap();
        let parts = [Part::Creates, Part::Life, Part::Memory, Part::Start];
        assert!(parts.map(|part| options.wants(part)) == [true; 4]);
        assert!(!options.wants(Part::Scale));
    }

    #[test]
    fn what_is_asked_for_is_done() {
        let options = parsed("--runs 5 --seconds 2 --only memory")
            .unwrap()
            .unwrap();
        assert_eq!((options.runs, options.length), (5, Duration::from_secs(2)));
        assert!(options.wants(Part::Memory) && !options.wants(Part::Start));
        assert_eq!(parsed("--runs 5 --help").unwrap(), None);
    }

    #[test]
    fn the_largest_load_is_ten_million_unless_another_size_is_named() {
        let options = parsed("--only scale").unwrap().unwrap();
        assert!(options.wants(Part::Scale) && !options.wants(Part::Life));
        assert_eq!(options.customers, 10_000_000);
        let options = parsed("--only scale --customers 100000").unwrap().unwrap();
        assert_eq!(options.customers, 100_000);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for line in [
            "--runs",
            "--runs 0",
            "--runs x",
            "--only disk",
            "--fast 1",
            "--customers 10000",
            "--customers 5000000",
        ] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
