use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

/// Runs a cleanup when the test process ends, even by `kill -9`.
///
/// Statics are never dropped, and a killed process runs no code, but the kernel closes its files. A shell
/// waits for the end of a pipe whose other end only the test process holds. The shell has its own process
/// group, so that Ctrl-C does not reach it. Dropping the value runs the cleanup at once.
pub struct Reaper(Child);

impl Reaper {
    /// Starts a shell that will run the script `clear` with the given arguments.
    ///
    /// # Errors
    /// Returns an error if there is no shell.
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

    /// Ends the shell without running the cleanup.
    pub fn dismiss(mut self) {
        // An error means that it has already ended.
        let _ = self.0.kill();
    }
}

impl Drop for Reaper {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // A failed cleanup does not fail a test that passed.
        let _ = self.0.wait();
    }
}
