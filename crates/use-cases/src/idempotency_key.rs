use customers_domain::Personal;
use customers_ports::IdempotencyClaim;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// The client's idempotency key: 1 to 255 printable ASCII characters. It is a secret between the client and the
/// service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(Personal<String>);

/// The header does not contain an idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an idempotency key is 1 to 255 printable ASCII characters")]
pub struct InvalidIdempotencyKey;

impl IdempotencyKey {
    /// Maximum number of characters.
    pub const MAX: usize = 255;

    /// Parses a key with or without the quotes of the IETF draft. The quotes do not belong to the key.
    ///
    /// # Errors
    /// Returns an error unless the key has 1 to 255 printable ASCII characters.
    pub fn parse(header: &[u8]) -> Result<Self, InvalidIdempotencyKey> {
        let key = match header {
            [b'"', inner @ .., b'"'] => inner,
            bare => bare,
        };
        let printable = key.iter().all(|byte| matches!(byte, b' '..=b'~'));
        if !printable || !(1..=Self::MAX).contains(&key.len()) {
            return Err(InvalidIdempotencyKey);
        }
        let key = str::from_utf8(key).map_err(|_| InvalidIdempotencyKey)?;
        Ok(Self(Personal::new(key.to_owned())))
    }

    /// Returns the claim of a request. `canonical_body` is the body in a form in which equal JSON values are equal
    /// bytes. The operation is the method and route of the request, such as `POST /customers`.
    ///
    /// The content of a body could be guessed from a plain hash. The fingerprint is therefore keyed with the
    /// idempotency key, which a thief of the database does not have. No further secret has to be configured.
    pub fn claim(&self, operation: &'static str, canonical_body: &[u8]) -> IdempotencyClaim {
        let key = self.0.expose().as_bytes();
        let fingerprint = match Hmac::<Sha256>::new_from_slice(key) {
            Ok(mac) => mac.chain_update(canonical_body).finalize().into_bytes(),
            Err(_) => unreachable!("HMAC takes a key of any length (RFC 2104)"),
        };
        IdempotencyClaim {
            operation,
            key_hash: Sha256::digest(key).into(),
            fingerprint: fingerprint.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_around_a_key_are_removed() {
        assert_eq!(
            IdempotencyKey::parse(b"\"k 1\""),
            IdempotencyKey::parse(b"k 1")
        );
        assert_ne!(IdempotencyKey::parse(b"\"k"), IdempotencyKey::parse(b"k"));
    }

    #[test]
    fn a_key_is_1_to_255_printable_ascii_characters() {
        assert!(IdempotencyKey::parse(&[b'k'; 255]).is_ok());
        for bad in [
            &b""[..],
            b"\"\"",
            &[b'k'; 256],
            b"a\tb",
            "caf\u{e9}".as_bytes(),
            b"\xff",
        ] {
            assert_eq!(
                IdempotencyKey::parse(bad),
                Err(InvalidIdempotencyKey),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn the_same_body_under_another_key_has_another_fingerprint() {
        let claim = |key: &[u8], body: &[u8]| {
            let key = IdempotencyKey::parse(key).unwrap();
            key.claim("POST /customers", body)
        };
        assert_eq!(claim(b"k", b"{}"), claim(b"k", b"{}"));
        assert_ne!(
            claim(b"k", b"{}").fingerprint,
            claim(b"k", b"{ }").fingerprint
        );
        assert_ne!(
            claim(b"k", b"{}").fingerprint,
            claim(b"l", b"{}").fingerprint
        );
        assert_ne!(claim(b"k", b"{}").key_hash, claim(b"l", b"{}").key_hash);
    }

    #[test]
    fn debug_does_not_show_the_key() {
        let key = IdempotencyKey::parse(b"planted").unwrap();
        assert!(!format!("{key:?}").contains("planted"));
    }
}
