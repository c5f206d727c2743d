//! Cursors: the end of a page, bound to its list.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// Length of the hash that distinguishes lists. It is not a protection: access is decided by the API key.
const DIGEST_BYTES: usize = 16;

/// The list that a cursor belongs to: a tenant, a route, and its query.
pub struct CursorScope([u8; DIGEST_BYTES]);

impl CursorScope {
    /// Creates a scope from its parts. Each part is hashed with its length.
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let mut digest = [0; DIGEST_BYTES];
        digest.copy_from_slice(&hash.finalize()[..DIGEST_BYTES]);
        Self(digest)
    }

    /// Returns the cursor for the page after `key`.
    pub fn cursor(&self, key: &[u8]) -> String {
        BASE64_URL_SAFE_NO_PAD.encode([&self.0, key].concat())
    }

    /// Returns the key of a cursor, or `None` if it is malformed or belongs to another list.
    pub fn key<const N: usize>(&self, cursor: &str) -> Option<[u8; N]> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?;
        bytes.strip_prefix(&self.0)?.try_into().ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cursor_is_valid_only_in_its_own_list() {
        let scope = CursorScope::of([&b"a"[..], b"bc"]);
        let cursor = scope.cursor(&[1, 2, 3, 4]);
        assert_eq!(scope.key(&cursor), Some([1, 2, 3, 4]));
        assert_eq!(scope.key::<16>(&cursor), None);
        assert_eq!(CursorScope::of([&b"ab"[..], b"c"]).key::<4>(&cursor), None);
    }

    proptest! {
        #[test]
        fn random_text_is_not_a_cursor(text in "\\PC{0,60}") {
            prop_assert_eq!(CursorScope::of([&b"a"[..]]).key::<16>(&text), None);
        }
    }
}
