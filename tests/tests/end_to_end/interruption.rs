//! A test run that is interrupted leaves nothing behind: no process, no container, no network, no file.

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

/// A test that has two copies of the program and a Postgres for some seconds.
const LONG_TEST: &str = "copies::a_revoked_key_is_refused_by_both_copies_within_five_seconds";
const COPIES: usize = 2;
const STARTS_WITHIN: Duration = Duration::from_mins(2);
const GONE_WITHIN: Duration = Duration::from_mins(1);

/// A run of that test alone, as somebody at a keyboard starts it: a process group of its own.
struct Run {
    child: Child,
    group: i32,
    /// Where it keeps its files.
    folder: TempDir,
    /// Takes it along if this test is interrupted itself.
    reaper: Reaper,
}

/// A process, which no later one of the same number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Process {
    id: i32,
    /// In ticks since the machine's own start.
    started: u64,
}

impl Run {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Run by root, the server is another user's process.
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

    /// Waits until the run has come so far.
    async fn until(&mut self, what: &str, come: impl Fn(&Self) -> bool) {
        eventually(what, STARTS_WITHIN, async || {
            assert_eq!(self.child.try_wait().unwrap(), None, "it ended by itself");
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

    /// How many copies of the program run, as processes or in containers.
    fn copies(&self) -> usize {
        let programs = descendants(self.group);
        let programs = programs.iter().filter(|process| {
            let name = fs::read_to_string(format!("/proc/{}/comm", process.id));
            name.is_ok_and(|name| name.trim() == "customers")
        });
        programs.count() + docker(&["ps", "--filter", &self.own_name()]).len()
    }

    /// The containers of a run, and its networks, have its number in their names.
    fn own_name(&self) -> String {
        format!("name=customers-{}-", self.group)
    }

    /// Interrupts it as Ctrl-C does, and waits until nothing of it is left.
    async fn interrupt(mut self) {
        let processes = descendants(self.group);
        killpg(Pid::from_raw(self.group), Signal::SIGINT).unwrap();
        eventually("the run ends", GONE_WITHIN, async || {
            self.child.try_wait().unwrap().is_some()
        })
        .await;
        let interrupted = Instant::now();
        eventually("nothing is left of it", 2 * GONE_WITHIN, async || {
            let left = self.left_of(&processes);
            let in_time = interrupted.elapsed() < GONE_WITHIN;
            assert!(left.is_empty() || in_time, "it left {left:?}");
            left.is_empty()
        })
        .await;
        self.reaper.dismiss();
    }

    /// What is still there, of those processes and of everything else.
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

/// The processes that this one started, and those that they started.
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

/// Every process of the machine with its parent, but those that have ended and wait to be noticed.
fn processes() -> Vec<(Process, i32)> {
    let entries = fs::read_dir("/proc").expect("a Linux with /proc mounted");
    let processes = entries.filter_map(|entry| process(&entry.ok()?.path()));
    processes.collect()
}

/// From `pid (name) state parent …`, where the name may hold anything; the time of its start is the
/// twenty-second field.
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

/// What the engine lists, a line each; nothing where there is no engine.
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
async fn a_run_that_is_interrupted_while_it_starts_leaves_nothing_behind() {
    let mut run = Run::start();
    let server = format!("name=customers-postgres-{}-", run.group);
    run.until("something is there", |run| {
        !run.files().is_empty() || !docker(&["ps", "--all", "--filter", &server]).is_empty()
    })
    .await;
    run.interrupt().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_interrupted_while_the_program_serves_leaves_nothing_behind() {
    let mut run = Run::start();
    run.until("both copies run", |run| run.copies() >= COPIES)
        .await;
    run.interrupt().await;
}
