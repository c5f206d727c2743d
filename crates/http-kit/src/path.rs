//! Paths are compared as sent, undecoded: what is spelt otherwise is something else.

use http::Uri;

/// The second segment of a path, where every route that takes a parameter has it.
pub fn parameter(uri: &Uri) -> &str {
    uri.path().split('/').nth(2).unwrap_or_default()
}
