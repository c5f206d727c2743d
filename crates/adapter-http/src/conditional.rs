//! Conditional requests (RFC 9110 section 13.1).

use http::header::IF_NONE_MATCH;
use http::{HeaderMap, HeaderValue};

/// Whether `If-None-Match` lets the answer be sent: no header, or one that names neither this tag nor
/// any. The comparison is weak, as for this header it must be.
pub(crate) fn none_match(headers: &HeaderMap, current: &HeaderValue) -> bool {
    let values = headers.get_all(IF_NONE_MATCH).iter();
    !values
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .any(|tag| tag == b"*" || tag.strip_prefix(b"W/").unwrap_or(tag) == current.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(values: &[&'static str]) -> bool {
        let values = values
            .iter()
            .map(|value| (IF_NONE_MATCH, HeaderValue::from_static(value)));
        none_match(&values.collect(), &HeaderValue::from_static("\"2\""))
    }

    #[test]
    fn a_list_a_weak_tag_and_a_star_are_understood() {
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
