use chrono::{DateTime, Utc};
use customers_domain::ApiKey;
use thiserror::Error;

use crate::api_key_secret::ApiKeySecret;

/// The presented key is not valid. Clients do not learn the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AuthenticationError {
    /// The id does not exist, or the secret is wrong.
    #[error("the API key is unknown")]
    Unknown,
    /// The key has expired or was revoked.
    #[error("the API key is expired or revoked")]
    NotLive,
}

/// Returns the stored key if the presented key matches and is live.
///
/// # Errors
/// Returns an error if the key is unknown, expired or revoked.
pub fn authenticate<'k>(
    presented: &ApiKeySecret,
    stored: Option<&'k ApiKey>,
    now: DateTime<Utc>,
) -> Result<&'k ApiKey, AuthenticationError> {
    let stored = stored
        .filter(|key| presented.matches(&key.secret_hash))
        .ok_or(AuthenticationError::Unknown)?;
    if !stored.is_live(now) {
        return Err(AuthenticationError::NotLive);
    }
    Ok(stored)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use customers_domain::{Scope, Scopes, TenantId};

    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn stored(secret: &ApiKeySecret) -> ApiKey {
        ApiKey {
            id: secret.id(),
            tenant_id: TenantId::from_canonical("01890a5d-ac96-774b-bcce-b302099a8057").unwrap(),
            scopes: Scopes::from_iter([Scope::CUSTOMERS_READ]),
            secret_hash: secret.hash(),
            created_at: NOW,
            expires_at: None,
            revoked_at: None,
        }
    }

    #[test]
    fn a_valid_key_is_accepted() {
        let secret = ApiKeySecret::generate().unwrap();
        let key = stored(&secret);
        assert_eq!(authenticate(&secret, Some(&key), NOW), Ok(&key));
    }

    #[test]
    fn an_unknown_id_and_a_wrong_secret_are_both_unknown() {
        let (one, two) = (
            ApiKeySecret::generate().unwrap(),
            ApiKeySecret::generate().unwrap(),
        );
        let unknown = Err(AuthenticationError::Unknown);
        assert_eq!(authenticate(&one, None, NOW), unknown);
        assert_eq!(authenticate(&one, Some(&stored(&two)), NOW), unknown);
    }

    #[test]
    fn an_expired_or_revoked_key_is_refused() {
        let secret = ApiKeySecret::generate().unwrap();
        let expired = ApiKey {
            expires_at: Some(NOW - TimeDelta::seconds(1)),
            ..stored(&secret)
        };
        let revoked = ApiKey {
            revoked_at: Some(NOW),
            ..stored(&secret)
        };
        for key in [expired, revoked] {
            assert_eq!(
                authenticate(&secret, Some(&key), NOW),
                Err(AuthenticationError::NotLive)
            );
        }
    }
}
