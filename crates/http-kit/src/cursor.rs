//! Cursors: where a page ended, bound to what was listed.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// Enough of a hash to tell one list from another. It keeps nobody out: what a cursor opens is decided
/// by the caller's key.
const DIGEST_BYTES: usize = 16;

/// What a cursor is bound to: a tenant, a route, and what was asked of it.
pub struct CursorScope([u8; DIGEST_BYTES]);

impl CursorScope {
    /// Binds to these parts, each told from the next by its length.
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

    /// A cursor to go on after this key.
    pub fn cursor(&self, key: &[u8]) -> String {
        BASE64_URL_SAFE_NO_PAD.encode([&self.0, key].concat())
    }

    /// The key that a cursor goes on after; none where it is no cursor, or that of another list.
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
    fn a_cursor_goes_on_in_its_own_list_alone() {
        let scope = CursorScope::of([&b"a"[..], b"bc"]);
        let cursor = scope.cursor(&[1, 2, 3, 4]);
        assert_eq!(scope.key(&cursor), Some([1, 2, 3, 4]));
        assert_eq!(scope.key::<16>(&cursor), None);
        assert_eq!(CursorScope::of([&b"ab"[..], b"c"]).key::<4>(&cursor), None);
    }

    proptest! {
        #[test]
        fn nonsense_is_no_cursor(text in "\\PC{0,60}") {
            prop_assert_eq!(CursorScope::of([&b"a"[..]]).key::<16>(&text), None);
        }
    }
}
