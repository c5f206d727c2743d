use std::fmt;

use async_trait::async_trait;
use thiserror::Error;
use zeroize::Zeroizing;

/// Wraps the keys that a store uses to seal personal data.
///
/// The master key never leaves its adapter. The adapter's configuration selects the master key that wraps, and the ones
/// that can unwrap, so that a master key can be replaced while older wrapped keys remain readable.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait MasterKey: Send + Sync {
    /// Wraps a key with the newest master key.
    ///
    /// `context` is authenticated and not stored: [`Self::unwrap_key`] needs the same bytes. A wrapped key that is moved to
    /// another place can therefore not be unwrapped there.
    ///
    /// # Errors
    /// Returns an error if the master key is unavailable.
    async fn wrap_key(&self, key: &SecretKey, context: &[u8])
    -> Result<WrappedKey, MasterKeyError>;

    /// Unwraps a key with the master key that wrapped it.
    ///
    /// # Errors
    /// Returns an error if the adapter does not have this master key, if the wrapped key or the context differs from that
    /// of [`Self::wrap_key`], or if the master key is unavailable.
    async fn unwrap_key(
        &self,
        wrapped: &WrappedKey,
        context: &[u8],
    ) -> Result<SecretKey, MasterKeyError>;
}

/// A 256-bit key. It is zeroed on drop, and `Debug` masks it.
#[derive(Clone)]
pub struct SecretKey(Box<Zeroizing<[u8; Self::LENGTH]>>);

impl SecretKey {
    /// Length in bytes.
    pub const LENGTH: usize = 32;

    /// Creates a key from the bytes that `fill` writes.
    ///
    /// # Errors
    /// Returns the error of `fill`.
    pub fn try_from_fill<E>(
        fill: impl FnOnce(&mut [u8; Self::LENGTH]) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut key = Box::new(Zeroizing::new([0; Self::LENGTH]));
        fill(&mut key)?;
        Ok(Self(key))
    }

    /// Creates a key from a slice. Returns `None` unless it has [`Self::LENGTH`] bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        let copied = Self::try_from_fill(|key| {
            if bytes.len() != Self::LENGTH {
                return Err(());
            }
            key.copy_from_slice(bytes);
            Ok(())
        });
        copied.ok()
    }

    /// Returns the bytes of the key.
    pub fn expose(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(***)")
    }
}

/// A key that was encrypted with a master key, for storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// Id of the master key that wrapped it. It is not secret.
    pub master_key: String,
    /// The wrapped key, in the format of the adapter.
    pub bytes: Vec<u8>,
}

/// Error of wrapping or unwrapping a key. It contains no key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MasterKeyError {
    /// The master key is temporarily unavailable.
    #[error("the master key is unavailable: {reason}")]
    Unavailable {
        /// Reason.
        reason: String,
    },
    /// The key was wrapped by a master key that this program does not have.
    #[error("the key was wrapped by master key {master_key}, which this program does not have")]
    Unknown {
        /// Id of the missing master key.
        master_key: String,
    },
    /// The wrapped key was altered, or belongs to another context.
    #[error(
        "the wrapped key cannot be unwrapped: it was altered, or it belongs to another context"
    )]
    Rejected,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_masks_a_key() {
        let key = SecretKey::from_slice(&[65; 32]).unwrap();
        assert_eq!(format!("{key:?}"), "SecretKey(***)");
    }

    #[test]
    fn a_key_has_exactly_256_bits() {
        assert!(SecretKey::from_slice(&[1; 31]).is_none());
        assert!(SecretKey::from_slice(&[1; 33]).is_none());
        let key = SecretKey::from_slice(&[7; 32]).unwrap();
        assert_eq!(key.expose(), &[7; 32]);
    }
}
