use std::fmt::{self, Write as _};

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use customers_ports::SecretKey;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

const PREFIX: &str = "cmk_";
/// Prefix of the hashed bytes of an id.
const ID_LABEL: &[u8] = b"customers master key id";
/// Number of bytes of the digest in an id, which are 16 hexadecimal digits.
const ID_BYTES: usize = 8;
/// First byte of a wrapped key: the version of its format.
const FORMAT: u8 = 1;
/// Length of the nonce of AES-256-GCM in bytes.
const NONCE: usize = 12;

/// A master key. In the file it is `cmk_<id>_<key>`, with the key in base64. The id is derived from the key, so a mistyped
/// or truncated line is detected.
pub(crate) struct Key {
    id: String,
    secret: SecretKey,
    cipher: Aes256Gcm,
}

impl Key {
    pub(crate) fn new(secret: SecretKey) -> Self {
        Self {
            id: id_of(&secret),
            cipher: Aes256Gcm::new(secret.expose().into()),
            secret,
        }
    }

    /// Parses a line of the file. Returns `None` unless it is a key with its id.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let (id, encoded) = line.strip_prefix(PREFIX)?.split_once('_')?;
        let bytes = Zeroizing::new(BASE64.decode(encoded).ok()?);
        let key = Self::new(SecretKey::from_slice(&bytes)?);
        (key.id == id).then_some(key)
    }

    /// Returns the line of the file.
    pub(crate) fn line(&self) -> Zeroizing<String> {
        let encoded = Zeroizing::new(BASE64.encode(self.secret.expose()));
        Zeroizing::new(format!("{PREFIX}{}_{}", self.id, *encoded))
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Wraps a key. The result is the format version, a random nonce, and the encrypted key with its tag.
    pub(crate) fn wrap(
        &self,
        key: &SecretKey,
        context: &[u8],
    ) -> Result<Vec<u8>, getrandom::Error> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce)?;
        let payload = Payload {
            msg: key.expose(),
            aad: context,
        };
        let encrypted = self
            .cipher
            .encrypt(&Nonce::from(nonce), payload)
            .unwrap_or_else(|_| unreachable!("AES-GCM encrypts 32 bytes"));
        Ok([&[FORMAT], nonce.as_slice(), &encrypted].concat())
    }

    /// Unwraps a key. Returns `None` if the wrapped key was altered, or if the context differs.
    pub(crate) fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Option<SecretKey> {
        let (&FORMAT, rest) = wrapped.split_first()? else {
            return None;
        };
        let (nonce, encrypted) = rest.split_first_chunk::<NONCE>()?;
        let payload = Payload {
            msg: encrypted,
            aad: context,
        };
        let decrypted = self.cipher.decrypt(&Nonce::from(*nonce), payload).ok()?;
        SecretKey::from_slice(&Zeroizing::new(decrypted))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Key").field(&self.id).finish()
    }
}

/// Returns the id of a key: a digest that does not reveal it.
fn id_of(key: &SecretKey) -> String {
    let mut digest = Sha256::new();
    digest.update(ID_LABEL);
    digest.update(key.expose());
    let digest = digest.finalize();
    let mut id = String::with_capacity(2 * ID_BYTES);
    for byte in digest.iter().take(ID_BYTES) {
        // Writing to a `String` cannot fail.
        let _ = write!(id, "{byte:02x}");
    }
    id
}
