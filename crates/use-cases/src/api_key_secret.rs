use std::fmt;

use customers_domain::{ApiKeyId, SecretHash};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use thiserror::Error;

const PREFIX: &str = "ck_";
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 43 characters of an alphabet of 62 contain 256.03 bits.
const SECRET_LENGTH: usize = 43;
/// 6 characters of an alphabet of 62 contain the 32 bits of a CRC.
const CHECKSUM_LENGTH: usize = 6;

/// A whole API key: `ck_<id>_<secret><checksum>`.
///
/// The checksum is the CRC-32 of everything before it, in base 62. Mistyped keys are refused without a lookup, and
/// secret scanners can recognise keys by prefix and checksum.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKeySecret {
    id: ApiKeyId,
    text: String,
}

/// The text does not have the form of an API key, or its checksum is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this is not an API key of this service")]
pub struct MalformedApiKey;

impl ApiKeySecret {
    /// Generates a random key.
    ///
    /// # Errors
    /// Returns an error if the system has no randomness.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let id = random_characters(ApiKeyId::LENGTH)?;
        let secret = random_characters(SECRET_LENGTH)?;
        let body = format!("{PREFIX}{id}_{secret}");
        let text = format!("{body}{}", checksum(&body));
        Ok(Self::parse(&text).unwrap_or_else(|MalformedApiKey| {
            unreachable!("a generated key has the form of a key")
        }))
    }

    /// Parses a key and checks its form and checksum.
    ///
    /// # Errors
    /// Returns an error if the form or the checksum is wrong.
    pub fn parse(text: &str) -> Result<Self, MalformedApiKey> {
        let rest = text.strip_prefix(PREFIX).ok_or(MalformedApiKey)?;
        let (id, secret) = rest.split_once('_').ok_or(MalformedApiKey)?;
        let id = ApiKeyId::parse(id).ok_or(MalformedApiKey)?;
        let well_formed = secret.len() == SECRET_LENGTH + CHECKSUM_LENGTH
            && secret.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !well_formed {
            return Err(MalformedApiKey);
        }
        let (body, sum) = text.split_at(text.len() - CHECKSUM_LENGTH);
        if checksum(body) != sum {
            return Err(MalformedApiKey);
        }
        Ok(Self {
            id,
            text: text.to_owned(),
        })
    }

    /// Returns the id, which is not secret.
    pub const fn id(&self) -> ApiKeyId {
        self.id
    }

    /// Returns the whole key. Show it only to its holder.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Returns the hash that a store keeps.
    pub fn hash(&self) -> SecretHash {
        SecretHash(Sha256::digest(self.text.as_bytes()).into())
    }

    /// Compares the key with a stored hash, in constant time.
    pub fn matches(&self, stored: &SecretHash) -> bool {
        self.hash().0.ct_eq(&stored.0).into()
    }
}

impl fmt::Debug for ApiKeySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKeySecret({})", self.id)
    }
}

fn random_characters(count: usize) -> Result<String, getrandom::Error> {
    // 248 of the 256 values of a byte map evenly to 62 characters. Other values are skipped.
    let mut characters = String::with_capacity(count);
    let mut bytes = [0; 64];
    while characters.len() < count {
        getrandom::fill(&mut bytes)?;
        let usable = bytes.iter().filter(|byte| **byte < 248);
        let drawn = usable.map(|byte| char::from(ALPHABET[usize::from(byte % 62)]));
        characters.extend(drawn.take(count - characters.len()));
    }
    Ok(characters)
}

fn checksum(body: &str) -> String {
    let mut rest = crc32fast::hash(body.as_bytes());
    let mut digits = [b'0'; CHECKSUM_LENGTH];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(rest % 62) as usize];
        rest /= 62;
    }
    digits.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_key_has_the_documented_form_and_can_be_parsed() {
        let key = ApiKeySecret::generate().unwrap();
        let parts: Vec<&str> = key.expose().split('_').collect();
        assert_eq!(parts.len(), 3);
        assert_eq!((parts[0], parts[1].len(), parts[2].len()), ("ck", 16, 49));
        assert_eq!(ApiKeySecret::parse(key.expose()), Ok(key));
    }

    #[test]
    fn keys_have_different_ids_and_secrets() {
        let (one, two) = (
            ApiKeySecret::generate().unwrap(),
            ApiKeySecret::generate().unwrap(),
        );
        assert_ne!(one.id(), two.id());
        assert_ne!(one.hash(), two.hash());
    }

    #[test]
    fn a_key_with_a_changed_or_missing_character_is_malformed() {
        let key = ApiKeySecret::generate().unwrap();
        for at in 0..key.expose().len() {
            let mut changed = key.expose().as_bytes().to_vec();
            changed[at] = if changed[at] == b'x' { b'y' } else { b'x' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(ApiKeySecret::parse(&changed), Err(MalformedApiKey), "{at}");
        }
        for bad in [
            "",
            "ck_",
            "ck__",
            &key.expose()[1..],
            &key.expose()[..key.expose().len() - 1],
        ] {
            assert_eq!(ApiKeySecret::parse(bad), Err(MalformedApiKey));
        }
        assert_eq!(
            ApiKeySecret::parse(&"\u{e9}".repeat(34)),
            Err(MalformedApiKey)
        );
    }

    #[test]
    fn only_its_own_hash_matches_and_debug_shows_only_the_id() {
        let (one, two) = (
            ApiKeySecret::generate().unwrap(),
            ApiKeySecret::generate().unwrap(),
        );
        assert!(one.matches(&one.hash()));
        assert!(!one.matches(&two.hash()));
        assert_eq!(format!("{one:?}"), format!("ApiKeySecret({})", one.id()));
    }
}
