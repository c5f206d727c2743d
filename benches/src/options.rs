//! What the benchmark is asked to do.

use std::time::Duration;

use crate::Result;

pub(crate) const USAGE: &str = "\
Measures the service against a PostgreSQL of its own and prints a table.

Options:
  --seconds N   how long each run lasts (default 5)
  --runs N      how many runs each figure is the median of (default 3)
  --only PART   postgres, life, memory or start: just that part
  --help        this text
";

/// A part of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Creates on PostgreSQL, beside `pgbench`.
    Postgres,
    /// What comes after creation, among few customers and among many.
    Life,
    /// Creates in memory.
    Memory,
    /// The time from start to ready.
    Start,
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) length: Duration,
    pub(crate) runs: u32,
    pub(crate) only: Option<Part>,
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
                _ => return Err(format!("there is no option {name}; see --help").into()),
            }
        }
        Ok(Some(options))
    }

    /// Whether that part was asked for.
    pub(crate) fn wants(self, part: Part) -> bool {
        self.only.is_none_or(|only| only == part)
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
        "postgres" => Ok(Part::Postgres),
        "life" => Ok(Part::Life),
        "memory" => Ok(Part::Memory),
        "start" => Ok(Part::Start),
        _ => Err("--only takes postgres, life, memory or start".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Option<Options>> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn nothing_asked_for_is_everything() {
        let options = parsed("").unwrap().unwrap();
        assert!(
            [Part::Postgres, Part::Life, Part::Memory, Part::Start].map(|part| options.wants(part))
                == [true; 4]
        );
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
    fn what_is_not_understood_is_refused() {
        for line in ["--runs", "--runs 0", "--runs x", "--only disk", "--fast 1"] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
