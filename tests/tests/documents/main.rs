//! The documentation says what the code says.

#![expect(
    clippy::unwrap_used,
    reason = "all of this is test code, where a panic is a failed test"
)]

mod extending;
mod statuses;

use std::fs;
use std::path::{Path, PathBuf};

/// Where a path from the repository's root lies.
fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(at(path)).unwrap()
}
