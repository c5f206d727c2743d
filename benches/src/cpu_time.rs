//! CPU time of processes, from Linux's `/proc`.

use std::collections::BTreeMap;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;

/// Unit of the times in `/proc`. It is the same on every machine.
const TICK: Duration = Duration::from_millis(10);
/// Maximum number of attempts if processes start or end while they are counted.
const ATTEMPTS_MAX: u32 = 1000;
/// Maximum time to wait for processes to end.
const WAIT_TIMEOUT: Duration = Duration::from_secs(10);
/// Interval of checks while waiting.
const WAIT_INTERVAL: Duration = Duration::from_millis(20);

/// Returns the CPU time that a process has used so far, in all of its threads, including ended ones.
///
/// # Errors
/// Returns an error if the process does not exist.
pub(crate) fn of_process(pid: u32) -> Result<Duration> {
    Ok(TICK.saturating_mul(Stat::of(pid)?.own))
}

/// A process and its children, such as all processes of a PostgreSQL server.
pub(crate) struct ProcessTree {
    parent: u32,
}

impl ProcessTree {
    /// Returns the tree below the given process.
    pub(crate) const fn of(parent: u32) -> Self {
        Self { parent }
    }

    /// Returns the CPU time that the processes have used so far, including ended ones.
    ///
    /// # Errors
    /// Returns an error if the parent does not exist, or if children start and end too fast.
    pub(crate) fn cpu_time(&self) -> Result<Duration> {
        for _ in 0..ATTEMPTS_MAX {
            let before = self.children()?;
            let parent = Stat::of(self.parent)?;
            let after = self.children()?;
            // The time of a child that ends meanwhile moves to its parent, and would be counted twice or not
            // at all.
            if before.keys().eq(after.keys()) {
                let ticks = after.values().sum::<u32>() + parent.own + parent.ended_children;
                return Ok(TICK.saturating_mul(ticks));
            }
        }
        Err("processes start and end too fast to be counted".into())
    }

    /// Returns the number of running children.
    ///
    /// # Errors
    /// Returns an error if `/proc` cannot be read.
    pub(crate) fn child_count(&self) -> Result<usize> {
        Ok(self.children()?.len())
    }

    /// Waits until there are at most `max` children, so that the others use no CPU time later. Stops waiting
    /// after ten seconds, because a child may have started for another reason.
    ///
    /// # Errors
    /// Returns an error if `/proc` cannot be read.
    pub(crate) fn wait_for_children(&self, max: usize) -> Result<()> {
        let end = Instant::now() + WAIT_TIMEOUT;
        while self.child_count()? > max && Instant::now() < end {
            thread::sleep(WAIT_INTERVAL);
        }
        Ok(())
    }

    /// Returns the CPU time of each child by process id.
    fn children(&self) -> Result<BTreeMap<u32, u32>> {
        let pids = fs::read_dir("/proc")?
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        Ok(pids
            .filter_map(|pid: u32| {
                let stat = Stat::of(pid).ok()?;
                (stat.parent == self.parent).then_some((pid, stat.own))
            })
            .collect())
    }
}

/// Fields of `/proc/<pid>/stat`. Times are in ticks.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    parent: u32,
    own: u32,
    ended_children: u32,
}

impl Stat {
    fn of(pid: u32) -> Result<Self> {
        let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        Ok(Self::parse(&text).ok_or("/proc/<pid>/stat has an unknown format")?)
    }

    /// Parses `pid (name) state parent …`. The name may contain any character.
    fn parse(text: &str) -> Option<Self> {
        let (_, after_name) = text.rsplit_once(')')?;
        let fields: Vec<&str> = after_name.split_whitespace().collect();
        // proc(5) numbers the fields from 1, beginning with `pid`.
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
    fn a_name_may_contain_parentheses_and_spaces() {
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
    fn the_time_of_an_unknown_process_is_an_error() {
        assert!(of_process(std::process::id()).is_ok());
        assert!(of_process(u32::MAX).is_err());
    }

    #[test]
    fn children_are_counted_until_they_end() {
        let tree = ProcessTree::of(std::process::id());
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        assert_eq!(tree.child_count().unwrap(), 1);
        assert!(tree.cpu_time().unwrap() >= of_process(child.id()).unwrap());
        drop(child.stdin.take());
        child.wait().unwrap();
        tree.wait_for_children(0).unwrap();
        assert_eq!(tree.child_count().unwrap(), 0);
    }
}
