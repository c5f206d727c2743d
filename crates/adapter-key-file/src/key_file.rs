use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use async_trait::async_trait;
use customers_ports::{MasterKey, MasterKeyError, SecretKey, WrappedKey};
use zeroize::Zeroizing;

use crate::error::KeyFileError;
use crate::key::Key;

/// Maximum size of a key file in bytes, which is several hundred keys.
const MAX_SIZE: u64 = 64 * 1024;

/// The master keys in a key file, newest first. The first key wraps; all keys unwrap.
///
/// A key file has one key per line. Blank lines and lines that begin with `#` are ignored. Concatenated key files are a
/// key file.
#[derive(Debug)]
pub struct KeyFile {
    newest: Key,
    older: Vec<Key>,
    readable_by_others: bool,
}

impl KeyFile {
    /// Reads a key file.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, or if it contains anything but master keys.
    pub fn open(path: &Path) -> Result<Self, KeyFileError> {
        let file = File::open(path)?;
        let readable_by_others = readable_by_others(&file)?;
        let mut bytes = Zeroizing::new(Vec::new());
        file.take(MAX_SIZE + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_SIZE {
            return Err(KeyFileError::TooLarge);
        }
        let text = str::from_utf8(&bytes).map_err(|_| KeyFileError::Malformed { line: 1 })?;
        Ok(Self {
            readable_by_others,
            ..Self::parse(text)?
        })
    }

    /// Parses the text of a key file.
    ///
    /// # Errors
    /// Returns an error if it contains anything but master keys.
    pub fn parse(text: &str) -> Result<Self, KeyFileError> {
        let mut keys = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let malformed = KeyFileError::Malformed { line: number + 1 };
            keys.push(Key::parse(line).ok_or(malformed)?);
        }
        let mut keys = keys.into_iter();
        Ok(Self {
            newest: keys.next().ok_or(KeyFileError::Empty)?,
            older: keys.collect(),
            readable_by_others: false,
        })
    }

    /// Returns whether users other than the owner of the file can read it.
    pub const fn is_readable_by_others(&self) -> bool {
        self.readable_by_others
    }

    fn key(&self, id: &str) -> Option<&Key> {
        let mut keys = [&self.newest].into_iter().chain(&self.older);
        keys.find(|key| key.id() == id)
    }
}

#[async_trait]
impl MasterKey for KeyFile {
    async fn wrap_key(
        &self,
        key: &SecretKey,
        context: &[u8],
    ) -> Result<WrappedKey, MasterKeyError> {
        let bytes = self.newest.wrap(key, context);
        let bytes = bytes.map_err(|_| MasterKeyError::Unavailable {
            reason: "the system has no randomness".into(),
        })?;
        Ok(WrappedKey {
            master_key: self.newest.id().to_owned(),
            bytes,
        })
    }

    async fn unwrap_key(
        &self,
        wrapped: &WrappedKey,
        context: &[u8],
    ) -> Result<SecretKey, MasterKeyError> {
        let key = self.key(&wrapped.master_key);
        let key = key.ok_or_else(|| MasterKeyError::Unknown {
            master_key: wrapped.master_key.clone(),
        })?;
        key.unwrap(&wrapped.bytes, context)
            .ok_or(MasterKeyError::Rejected)
    }
}

#[cfg(unix)]
fn readable_by_others(file: &File) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    /// Read permission of the file's group and of everybody else.
    const GROUP_AND_OTHERS: u32 = 0o044;
    Ok(file.metadata()?.permissions().mode() & GROUP_AND_OTHERS != 0)
}

#[cfg(not(unix))]
fn readable_by_others(_: &File) -> std::io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
mod tests;
