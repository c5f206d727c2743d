use std::io;

use thiserror::Error;

/// Error of reading a key file. It contains nothing from the file.
#[derive(Debug, Error)]
pub enum KeyFileError {
    /// The file cannot be read.
    #[error("the key file cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// The file is larger than the limit.
    #[error("the key file must be at most 64 KiB")]
    TooLarge,
    /// A line is not a key, a comment or blank.
    #[error("line {line} of the key file is not a master key")]
    Malformed {
        /// Number of the line, from 1.
        line: usize,
    },
    /// The file contains no key.
    #[error("the key file contains no master key")]
    Empty,
}

/// Error of creating a master key.
#[derive(Debug, Error)]
pub enum CreateError {
    /// The system has no randomness.
    #[error("the system has no randomness")]
    NoRandomness,
    /// The file exists. It was not changed.
    #[error("the file already exists, and a master key is never overwritten")]
    Exists,
    /// The file cannot be written.
    #[error("the file cannot be written: {0}")]
    Unwritable(io::Error),
}
