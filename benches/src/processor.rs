//! The processor time that processes have taken, as Linux tells it in `/proc`.

use std::collections::BTreeMap;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;

/// One unit of the times in `/proc`; Linux shows programs the same one on every machine.
const TICK: Duration = Duration::from_millis(10);
/// How often a family is counted that changes while it is counted.
const TRIES: u32 = 1000;
/// How long a family is given to become as small as it was.
const REST_LIMIT: Duration = Duration::from_secs(10);
/// How often it is looked at meanwhile.
const REST_STEP: Duration = Duration::from_millis(20);

/// What a process has taken so far, all of its threads together, those that ended included.
///
/// # Errors
/// When there is no such process.
pub(crate) fn of_process(process: u32) -> Result<Duration> {
    Ok(TICK.saturating_mul(Stat::of(process)?.own))
}

/// A process and all that it has started, such as PostgreSQL's first process and every other one of
/// the server.
pub(crate) struct Family {
    first: u32,
}

impl Family {
    /// The family of that process.
    pub(crate) const fn of(first: u32) -> Self {
        Self { first }
    }

    /// What the family has taken so far, those of it that ended included.
    ///
    /// # Errors
    /// When there is no such process, or others come and go without end.
    pub(crate) fn taken(&self) -> Result<Duration> {
        for _ in 0..TRIES {
            let before = self.children()?;
            let first = Stat::of(self.first)?;
            let after = self.children()?;
            // A child that ends in between moves its time to its parent, and would be counted twice
            // or not at all.
            if before.keys().eq(after.keys()) {
                let ticks = after.values().sum::<u32>() + first.own + first.ended_children;
                return Ok(TICK.saturating_mul(ticks));
            }
        }
        Err("the server's processes come and go too fast to be counted".into())
    }

    /// How many the process has started that have not ended.
    ///
    /// # Errors
    /// When the system does not tell.
    pub(crate) fn size(&self) -> Result<usize> {
        Ok(self.children()?.len())
    }

    /// Waits until they are not more than that, so that none of the rest takes any time later. Gives
    /// up after a while: one of them may be there for another reason.
    ///
    /// # Errors
    /// When the system does not tell.
    pub(crate) fn rest(&self, at_most: usize) -> Result<()> {
        let end = Instant::now() + REST_LIMIT;
        while self.size()? > at_most && Instant::now() < end {
            thread::sleep(REST_STEP);
        }
        Ok(())
    }

    /// The children by their numbers, and what each has taken.
    fn children(&self) -> Result<BTreeMap<u32, u32>> {
        let numbers = fs::read_dir("/proc")?
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        Ok(numbers
            .filter_map(|number: u32| {
                let stat = Stat::of(number).ok()?;
                (stat.parent == self.first).then_some((number, stat.own))
            })
            .collect())
    }
}

/// What is told of a process. Times are in ticks.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    parent: u32,
    own: u32,
    ended_children: u32,
}

impl Stat {
    fn of(process: u32) -> Result<Self> {
        let text = fs::read_to_string(format!("/proc/{process}/stat"))?;
        Ok(Self::parse(&text).ok_or("the system tells of a process in an unknown way")?)
    }

    /// Reads `pid (name) state parent …`, where the name may hold anything.
    fn parse(text: &str) -> Option<Self> {
        let (_, after_name) = text.rsplit_once(')')?;
        let fields: Vec<&str> = after_name.split_whitespace().collect();
        // proc(5) counts from 1 and from `pid` on.
        let field = |number: usize| fields.get(number - 3)?.parse::<u32>().ok();
        Some(Self {
            parent: field(4)?,
            own: field(14)? + field(15)?,
            ended_children: field(16)? + field(17)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn the_times_of_a_process_are_read_past_whatever_its_name_is() {
        let text = "4711 (a ) (b) S 815 4711 4711 0 -1 4194560 98 7 0 0 12 30 400 5000 20 0 1 0 9";
        let expected = Stat {
            parent: 815,
            own: 42,
            ended_children: 5400,
        };
        assert_eq!(Stat::parse(text), Some(expected));
        assert_eq!(Stat::parse("4711 (a) S 815"), None);
    }

    #[test]
    fn this_process_can_be_asked_and_one_that_is_not_there_cannot() {
        assert!(of_process(std::process::id()).is_ok());
        assert!(of_process(u32::MAX).is_err());
    }

    #[test]
    fn a_family_grows_with_a_child_and_is_at_rest_when_it_is_gone() {
        let family = Family::of(std::process::id());
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        assert_eq!(family.size().unwrap(), 1);
        assert!(family.taken().unwrap() >= of_process(child.id()).unwrap());
        drop(child.stdin.take());
        child.wait().unwrap();
        family.rest(0).unwrap();
        assert_eq!(family.size().unwrap(), 0);
    }
}
