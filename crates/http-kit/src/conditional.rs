//! Conditional requests (RFC 9110 section 13.1).

use axum::extract::FromRequestParts;
use http::header::{IF_MATCH, IF_NONE_MATCH};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};

use crate::problem::{Problem, common};

/// Returns whether `If-None-Match` lets the response be sent: it is absent, or matches neither this tag nor `*`. The
/// comparison is weak, as RFC 9110 section 13.1.2 requires.
pub fn none_match(headers: &HeaderMap, current: &HeaderValue) -> bool {
    let values = headers.get_all(IF_NONE_MATCH).iter();
    !values
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .any(|tag| tag == b"*" || tag.strip_prefix(b"W/").unwrap_or(tag) == current.as_bytes())
}

/// Returns the strong entity tag of a version (RFC 9110 section 8.8.3).
pub fn etag(version: u32) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\""))
        .unwrap_or_else(|_| unreachable!("a number in quotes is a header value"))
}

/// The version that a change is based on: `If-Match` with exactly one strong tag made by [`etag`]. Any other value is
/// `None`, which matches no version.
///
/// A request without the header is refused with `version_required`.
pub struct IfMatch(pub Option<u32>);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut values = head.headers.get_all(IF_MATCH).iter();
        let Some(value) = values.next() else {
            return Err(Problem::new(&common::VERSION_REQUIRED));
        };
        let version = match values.next() {
            None => value.to_str().ok().and_then(version),
            Some(_) => None,
        };
        Ok(Self(version))
    }
}

/// Parses a strong tag in the spelling of [`etag`].
fn version(tag: &str) -> Option<u32> {
    let number = tag.trim().strip_prefix('"')?.strip_suffix('"')?;
    let version: u32 = number.parse().ok()?;
    (version > 0 && version.to_string() == number).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_strong_tag_in_the_spelling_of_etag_is_a_version() {
        assert_eq!(version("\"12\""), Some(12));
        for bad in [
            "12",
            "W/\"12\"",
            "*",
            "\"012\"",
            "\"+12\"",
            "\"0\"",
            "\"1\", \"2\"",
            "\"\"",
            "\"x\"",
            "\"99999999999\"",
            "",
        ] {
            assert_eq!(version(bad), None, "{bad}");
        }
    }

    fn passes(values: &[&'static str]) -> bool {
        let values = values
            .iter()
            .map(|value| (IF_NONE_MATCH, HeaderValue::from_static(value)));
        none_match(&values.collect(), &HeaderValue::from_static("\"2\""))
    }

    #[test]
    fn lists_weak_tags_and_a_star_are_supported() {
        for current in [
            &["\"2\""][..],
            &["*"],
            &["W/\"2\""],
            &["\"1\", W/\"2\""],
            &["\"1\"", "\"2\""],
        ] {
            assert!(!passes(current), "{current:?}");
        }
        for other in [&[][..], &["\"1\""], &["2"], &["W/\"1\", \"3\""], &[""]] {
            assert!(passes(other), "{other:?}");
        }
    }
}
