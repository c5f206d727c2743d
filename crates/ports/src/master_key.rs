use std::fmt;

use async_trait::async_trait;
use thiserror::Error;
use zeroize::Zeroizing;

/// Wraps the keys that a store seals personal data with.
///
/// The master key itself never leaves its adapter. Which one wraps and how many can unwrap is the
/// adapter's configuration, so that a master key can be replaced while old wrappings still open.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait MasterKey: Send + Sync {
    /// Wraps a key with the newest master key.
    ///
    /// `context` is authenticated and not kept: [`Self::unwrap_key`] opens the wrapping with the same
    /// bytes alone, so a wrapping that is moved to another place does not open there.
    ///
    /// # Errors
    /// When the master key cannot be used now.
    async fn wrap_key(&self, key: &SecretKey, context: &[u8])
    -> Result<WrappedKey, MasterKeyError>;

    /// Unwraps a key with the master key that wrapped it.
    ///
    /// # Errors
    /// When that master key is not among those of the adapter, when the wrapping or the context is
    /// another than at [`Self::wrap_key`], and when the master key cannot be used now.
    async fn unwrap_key(
        &self,
        wrapped: &WrappedKey,
        context: &[u8],
    ) -> Result<SecretKey, MasterKeyError>;
}

/// A key of 256 bits. It is overwritten when it is dropped, and its `Debug` masks it.
#[derive(Clone)]
pub struct SecretKey(Box<Zeroizing<[u8; Self::LENGTH]>>);

impl SecretKey {
    /// Length in bytes.
    pub const LENGTH: usize = 32;

    /// Makes a key from what `fill` writes: a random source, or an unwrapped key.
    ///
    /// # Errors
    /// Those of `fill`.
    pub fn try_from_fill<E>(
        fill: impl FnOnce(&mut [u8; Self::LENGTH]) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut key = Box::new(Zeroizing::new([0; Self::LENGTH]));
        fill(&mut key)?;
        Ok(Self(key))
    }

    /// Copies a key of exactly [`Self::LENGTH`] bytes; `None` for any other length.
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

    /// The bytes of the key.
    pub fn expose(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(***)")
    }
}

/// A key that only a master key opens; what a store keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// Id of the master key that wrapped it. It is not secret.
    pub master_key: String,
    /// The wrapped key, in the form of the adapter.
    pub bytes: Vec<u8>,
}

/// Why a key was not wrapped or unwrapped. It holds no key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MasterKeyError {
    /// The master key cannot be used now; it may be later.
    #[error("the master key is unavailable: {reason}")]
    Unavailable {
        /// What happened.
        reason: String,
    },
    /// The key was wrapped by a master key that this program does not have.
    #[error("the key was wrapped by master key {master_key}, which this program does not have")]
    Unknown {
        /// Id of the master key that is missing.
        master_key: String,
    },
    /// The wrapped key was altered, or belongs to another place.
    #[error("the wrapped key does not open: it was altered, or moved from another place")]
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
