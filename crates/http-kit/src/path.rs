//! Path parameters. Paths are compared without decoding.

use http::Uri;

/// Returns the second segment of a path, which is the parameter of every route that has one.
pub fn parameter(uri: &Uri) -> &str {
    uri.path().split('/').nth(2).unwrap_or_default()
}
