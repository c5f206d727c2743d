//! Tests of the program `customers` that need no database.

#![expect(
    clippy::unwrap_used,
    reason = "all of this is test code, where a panic is a failed test"
)]

mod command_line;
mod help;
mod master_key;
mod serve_in_memory;
mod support;
