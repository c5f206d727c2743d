//! The master key in a file: the first adapter of [`MasterKey`](customers_ports::MasterKey).
//!
//! [`KeyFile`] reads the file once and keeps its keys in memory; [`create`] makes a new one. This
//! crate knows nothing of what the keys that it wraps are for, of the database or of the command line.

mod create;
mod error;
mod key;
mod key_file;

pub use create::{create, generate};
pub use error::{CreateError, KeyFileError};
pub use key_file::KeyFile;
