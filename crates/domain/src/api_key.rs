use std::fmt;

use chrono::{DateTime, Utc};

use crate::ids::TenantId;
use crate::scope::Scopes;

/// Id of an API key: 16 ASCII letters and digits. It is not secret and may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ApiKeyId([u8; Self::LENGTH]);

impl ApiKeyId {
    /// Number of characters.
    pub const LENGTH: usize = 16;

    /// Parses an id. Returns `None` unless the text is 16 ASCII letters and digits.
    pub fn parse(text: &str) -> Option<Self> {
        let characters: [u8; Self::LENGTH] = text.as_bytes().try_into().ok()?;
        characters
            .iter()
            .all(u8::is_ascii_alphanumeric)
            .then_some(Self(characters))
    }

    /// Returns the id as text.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for ApiKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// SHA-256 hash of a whole API key.
///
/// A key has at least 256 random bits, so a fast hash without a salt cannot be reversed by guessing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SecretHash(pub [u8; 32]);

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(***)")
    }
}

/// Stored properties of an API key. The key itself is not stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Id.
    pub id: ApiKeyId,
    /// The tenant whose customers the key can access.
    pub tenant_id: TenantId,
    /// Granted scopes.
    pub scopes: Scopes,
    /// Hash of the key.
    pub secret_hash: SecretHash,
    /// Time of creation.
    pub created_at: DateTime<Utc>,
    /// Time from which the key is refused; `None` if it never expires.
    pub expires_at: Option<DateTime<Utc>>,
    /// Time of revocation; `None` if it is not revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl ApiKey {
    /// Returns whether the key is neither expired nor revoked at the given time.
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;

    fn key(expires_at: Option<DateTime<Utc>>, revoked_at: Option<DateTime<Utc>>) -> Option<ApiKey> {
        Some(ApiKey {
            id: ApiKeyId::parse("0123456789abcdef")?,
            tenant_id: TenantId::from_uuid(Uuid::nil()),
            scopes: Scopes::default(),
            secret_hash: SecretHash([0; 32]),
            created_at: DateTime::UNIX_EPOCH,
            expires_at,
            revoked_at,
        })
    }

    #[test]
    fn a_key_is_live_until_it_expires_or_is_revoked() {
        let noon = DateTime::UNIX_EPOCH + TimeDelta::hours(12);
        let live =
            |expires_at, revoked_at| key(expires_at, revoked_at).map(|key| key.is_live(noon));
        assert_eq!(live(None, None), Some(true));
        assert_eq!(live(Some(noon + TimeDelta::seconds(1)), None), Some(true));
        assert_eq!(live(Some(noon), None), Some(false));
        assert_eq!(live(None, Some(noon)), Some(false));
    }

    #[test]
    fn an_id_is_16_letters_and_digits() {
        assert_eq!(
            ApiKeyId::parse("0123456789abcdeF").map(|id| id.to_string()),
            Some("0123456789abcdeF".into())
        );
        for bad in [
            "",
            "0123456789abcde",
            "0123456789abcdef0",
            "0123456789abcde_",
            "0123456789abcd\u{e9}",
        ] {
            assert_eq!(ApiKeyId::parse(bad), None, "{bad}");
        }
    }
}
