//! Output of commands on stdout and stderr, as opposed to the log.

use std::io::{self, Write as _};

use crate::failure::Failure;

/// Writes a command's result to stdout.
///
/// # Errors
/// Returns an error if stdout cannot be written to.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(Failure::system("cannot write to stdout"))
}

/// Writes a line to stderr. Ignores errors.
pub(crate) fn note(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
