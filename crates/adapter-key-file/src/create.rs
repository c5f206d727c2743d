use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use customers_ports::SecretKey;
use zeroize::Zeroizing;

use crate::error::CreateError;
use crate::key::Key;

/// Returns the text of a key file with one new key.
///
/// # Errors
/// Returns an error if the system has no randomness.
pub fn generate() -> Result<Zeroizing<String>, CreateError> {
    let key = SecretKey::try_from_fill(|bytes| getrandom::fill(bytes));
    let key = Key::new(key.map_err(|_| CreateError::NoRandomness)?);
    Ok(Zeroizing::new(format!(
        "# A master key of `customers`. Keep a copy apart from the database and its backups.\n{}\n",
        *key.line()
    )))
}

/// Creates a key file with one new key. Only its owner can read it.
///
/// # Errors
/// Returns an error if the file exists, which is not changed, or if it cannot be written.
pub fn create(path: &Path) -> Result<(), CreateError> {
    let text = generate()?;
    let mut file = open_new(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => CreateError::Exists,
        _ => CreateError::Unwritable(error),
    })?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(CreateError::Unwritable)
}

fn open_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}
