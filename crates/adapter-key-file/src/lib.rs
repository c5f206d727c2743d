//! An adapter of [`MasterKey`](customers_ports::MasterKey) with master keys in a file.
//!
//! [`KeyFile`] reads the file once and keeps its keys in memory. [`create`] creates a new file. This crate does
//! not depend on the use of the wrapped keys, the database or the command line.

mod create;
mod error;
mod key;
mod key_file;

pub use create::{create, generate};
pub use error::{CreateError, KeyFileError};
pub use key_file::KeyFile;
