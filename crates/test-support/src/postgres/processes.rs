use std::fs;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Sends a signal to a process. Ignores errors, because it may have ended.
pub(super) fn send(process: i32, signal: Signal) {
    let _ = kill(Pid::from_raw(process), signal);
}

/// Returns the children of a process. All processes of a Postgres server are children of the postmaster.
pub(super) fn children(parent: i32) -> Vec<i32> {
    let processes = fs::read_dir("/proc").expect("a Linux with /proc mounted");
    processes
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|process| parent_of(*process) == Some(parent))
        .collect()
}

/// Returns the parent from `pid (name) state parent …`. The name may contain any character.
fn parent_of(process: i32) -> Option<i32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    after_name.split_whitespace().nth(1)?.parse().ok()
}
