use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

/// Sees to it that something is cleared away when the test process has ended, also by `kill -9`.
///
/// Statics are never dropped and a killed process runs nothing, but the kernel closes its files: a
/// shell waits for the end of a pipe that this process alone holds, in a process group of its own so
/// that Ctrl-C does not reach it. Dropping the value clears away at once.
pub struct Reaper(Child);

impl Reaper {
    /// `clear` is a piece of shell that finds the arguments in `$1`, `$2` …
    ///
    /// # Errors
    /// When there is no shell.
    pub fn new(clear: &str, arguments: &[&OsStr]) -> io::Result<Self> {
        Command::new("/bin/sh")
            .arg("-c")
            .arg(format!(
                "trap '' HUP INT QUIT TERM; cat >/dev/null\n{clear}"
            ))
            .arg("reaper")
            .args(arguments)
            .process_group(0)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map(Self)
    }

    /// Sends it away: there is nothing left to clear.
    pub fn dismiss(mut self) {
        // One that is gone already is as good.
        let _ = self.0.kill();
    }
}

impl Drop for Reaper {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // A failure leaves something behind, which is no reason to fail a test that passed.
        let _ = self.0.wait();
    }
}
