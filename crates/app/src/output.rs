//! What the program says to the person who called it, as opposed to its log.

use std::io::{self, Write as _};

use crate::failure::Failure;

/// Writes what was asked for to stdout.
///
/// # Errors
/// When nobody takes it.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(Failure::system("cannot write to stdout"))
}

/// Writes a line to stderr. That nobody reads it is no reason to fail.
pub(crate) fn note(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
