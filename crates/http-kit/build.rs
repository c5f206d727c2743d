//! Compresses the script of the API reference, which the page `/docs` loads.

use std::error::Error;
use std::io::Write as _;
use std::path::PathBuf;
use std::{env, fs};

use flate2::Compression;
use flate2::write::GzEncoder;

/// The script in the crate `scalar_api_reference`.
const SCRIPT: &str = "scalar.js";

#[expect(
    clippy::disallowed_methods,
    reason = "cargo passes the folder for generated files in a variable"
)]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let script = scalar_api_reference::get_asset(SCRIPT)
        .ok_or_else(|| format!("scalar_api_reference has no {SCRIPT}"))?;
    let mut compressed = GzEncoder::new(Vec::new(), Compression::best());
    compressed.write_all(&script)?;
    let path = PathBuf::from(env::var("OUT_DIR")?).join("scalar.js.gz");
    fs::write(path, compressed.finish()?)?;
    Ok(())
}
