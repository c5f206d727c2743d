//! An interrupted test run leaves no processes, containers, networks or files.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use customers_test_support::{Reaper, eventually};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tempfile::TempDir;

/// A test that runs two instances of the program and a Postgres for some seconds.
const LONG_TEST: &str = "copies::a_revoked_key_is_refused_by_both_instances_within_five_seconds";
const COPIES: usize = 2;
const START_TIMEOUT: Duration = Duration::from_mins(2);
const CLEANUP_TIMEOUT: Duration = Duration::from_mins(1);

/// A run of that test in its own process group, like a run started at a terminal.
struct Run {
    child: Child,
    group: i32,
    /// Its temporary directory.
    folder: TempDir,
    /// Kills it if this test is interrupted.
    reaper: Reaper,
}

/// A process. The start time distinguishes it from a later process with the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Process {
    id: i32,
    /// Start time in ticks since boot.
    started: u64,
}

impl Run {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // If this test runs as root, the server runs as another user.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", LONG_TEST])
            .env("TMPDIR", folder.path())
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let group = i32::try_from(child.id()).unwrap();
        let number = group.to_string();
        let reaper = Reaper::new("kill -KILL -- \"-$1\"", &[OsStr::new(&number)]).unwrap();
        Self {
            child,
            group,
            folder,
            reaper,
        }
    }

    /// Waits until the condition holds.
    async fn until(&mut self, what: &str, come: impl Fn(&Self) -> bool) {
        eventually(what, START_TIMEOUT, async || {
            assert_eq!(self.child.try_wait().unwrap(), None, "the run ended early");
            come(self)
        })
        .await;
    }

    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name());
        names
            .map(|name| format!("the file {}", name.display()))
            .collect()
    }

    /// Returns the number of running instances of the program, as processes or containers.
    fn copies(&self) -> usize {
        let programs = descendants(self.group);
        let programs = programs.iter().filter(|process| {
            let name = fs::read_to_string(format!("/proc/{}/comm", process.id));
            name.is_ok_and(|name| name.trim() == "customers")
        });
        programs.count() + docker(&["ps", "--filter", &self.own_name()]).len()
    }

    /// Returns the filter for names of its containers and networks, which contain the process group.
    fn own_name(&self) -> String {
        format!("name=customers-{}-", self.group)
    }

    /// Interrupts the run like Ctrl-C, and waits until nothing is left of it.
    async fn interrupt(mut self) {
        let processes = descendants(self.group);
        killpg(Pid::from_raw(self.group), Signal::SIGINT).unwrap();
        eventually("the run ends", CLEANUP_TIMEOUT, async || {
            self.child.try_wait().unwrap().is_some()
        })
        .await;
        let interrupted = Instant::now();
        eventually("nothing is left of it", 2 * CLEANUP_TIMEOUT, async || {
            let left = self.left_of(&processes);
            let in_time = interrupted.elapsed() < CLEANUP_TIMEOUT;
            assert!(left.is_empty() || in_time, "it left {left:?}");
            left.is_empty()
        })
        .await;
        self.reaper.dismiss();
    }

    /// Returns what is left of the run: the given processes, containers, networks and files.
    fn left_of(&self, processes: &BTreeSet<Process>) -> Vec<String> {
        let mut left = self.files();
        let running: BTreeSet<_> = self::processes().into_iter().map(|(it, _)| it).collect();
        let still = running.intersection(processes);
        left.extend(still.map(|process| format!("{process:?}")));
        let in_folder = running.iter().filter(|process| {
            let directory = fs::read_link(format!("/proc/{}/cwd", process.id));
            directory.is_ok_and(|directory| directory.starts_with(self.folder.path()))
        });
        left.extend(in_folder.map(|process| format!("{process:?}")));
        let server = format!("name=customers-postgres-{}-", self.group);
        for filter in [&self.own_name(), &server] {
            left.extend(docker(&["ps", "--all", "--filter", filter]));
        }
        left.extend(docker(&["network", "ls", "--filter", &self.own_name()]));
        left
    }
}

/// Returns the descendants of a process.
fn descendants(of: i32) -> BTreeSet<Process> {
    let all = processes();
    let mut found = BTreeSet::new();
    let mut parents = vec![of];
    while let Some(parent) = parents.pop() {
        let children = all.iter().filter(|(_, its_parent)| *its_parent == parent);
        for (child, _) in children {
            parents.push(child.id);
            found.insert(*child);
        }
    }
    found
}

/// Returns every process and its parent, without zombies.
fn processes() -> Vec<(Process, i32)> {
    let entries = fs::read_dir("/proc").expect("a Linux with /proc mounted");
    let processes = entries.filter_map(|entry| process(&entry.ok()?.path()));
    processes.collect()
}

/// Parses `pid (name) state parent …`. The name may contain any character. Field 22 is the start time.
fn process(folder: &Path) -> Option<(Process, i32)> {
    let id = folder.file_name()?.to_str()?.parse().ok()?;
    let stat = fs::read_to_string(folder.join("stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let process = Process {
        id,
        started: fields.get(19)?.parse().ok()?,
    };
    let parent = fields.get(1)?.parse().ok()?;
    (*fields.first()? != "Z").then_some((process, parent))
}

/// Returns the lines of a `docker` command, or nothing if there is no engine.
fn docker(arguments: &[&str]) -> Vec<String> {
    let output = Command::new("docker")
        .args(arguments)
        .arg("--quiet")
        .output();
    let lines = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let lines = lines.unwrap_or_default();
    lines
        .lines()
        .map(|id| format!("{arguments:?} {id}"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_interrupted_during_startup_leaves_nothing_behind() {
    let mut run = Run::start();
    let server = format!("name=customers-postgres-{}-", run.group);
    run.until("something is there", |run| {
        !run.files().is_empty() || !docker(&["ps", "--all", "--filter", &server]).is_empty()
    })
    .await;
    run.interrupt().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_interrupted_while_serving_leaves_nothing_behind() {
    let mut run = Run::start();
    run.until("both copies run", |run| run.copies() >= COPIES)
        .await;
    run.interrupt().await;
}
