use std::io;

use thiserror::Error;

/// Why a file of master keys cannot be used. It holds nothing of what the file holds.
#[derive(Debug, Error)]
pub enum KeyFileError {
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// The file is larger than any file of master keys.
    #[error("it is not a file of master keys: it is larger than 64 KiB")]
    TooLarge,
    /// A line is neither a key, nor a comment, nor blank.
    #[error("line {line} is not a master key")]
    Malformed {
        /// Number of the line, from 1.
        line: usize,
    },
    /// The file holds no key.
    #[error("it holds no master key")]
    Empty,
}

/// Why no new master key was written.
#[derive(Debug, Error)]
pub enum CreateError {
    /// The system has no randomness to give.
    #[error("the system has no random numbers to give")]
    NoRandomness,
    /// There is a file of that name. It is left as it was.
    #[error("the file exists, and a master key is never overwritten")]
    Exists,
    /// The file cannot be written.
    #[error("the file cannot be written: {0}")]
    Unwritable(io::Error),
}
