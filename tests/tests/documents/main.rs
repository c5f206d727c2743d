//! Checks that the documentation matches the code.

#![expect(clippy::unwrap_used, reason = "a panic fails the test")]

mod build_files;
mod extending;
mod log;
mod metrics;
mod statuses;

use std::fs;
use std::path::{Path, PathBuf};

/// Command that regenerates the generated pages.
const HOW_TO_RENEW: &str = "UPDATE_DOCS=1 cargo test -p customers-tests --test documents";

/// Returns whether to regenerate the pages.
#[expect(
    clippy::disallowed_methods,
    reason = "only these tests read the variable"
)]
fn renewing() -> bool {
    std::env::var("UPDATE_DOCS").is_ok()
}

/// Returns the absolute path of a path from the root of the repository.
fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(at(path)).unwrap()
}
