//! The documentation says what the code says.

#![expect(
    clippy::unwrap_used,
    reason = "all of this is test code, where a panic is a failed test"
)]

mod build_files;
mod extending;
mod log;
mod metrics;
mod statuses;

use std::fs;
use std::path::{Path, PathBuf};

/// What makes pages anew.
const HOW_TO_RENEW: &str = "UPDATE_DOCS=1 cargo test -p customers-tests --test documents";

/// Whether pages are to be made anew.
#[expect(
    clippy::disallowed_methods,
    reason = "the variable is that of these tests, and the program never reads it"
)]
fn renewing() -> bool {
    std::env::var("UPDATE_DOCS").is_ok()
}

/// Where a path from the repository's root lies.
fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(at(path)).unwrap()
}
