//! Content negotiation: `Accept` and the media type of request bodies.

use axum::extract::FromRequestParts;
use http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};

use crate::problem::{Problem, common};

const JSON: &str = "application/json";
const MERGE_PATCH: &str = "application/merge-patch+json";

/// The client accepts JSON responses.
pub struct AcceptsJson;

impl<S: Sync> FromRequestParts<S> for AcceptsJson {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, Problem> {
        if accepts_json(&head.headers) {
            Ok(Self)
        } else {
            Err(Problem::new(&common::NOT_ACCEPTABLE))
        }
    }
}

/// The media type of the body is JSON in UTF-8, without a content coding.
pub struct SendsJson;

impl<S: Sync> FromRequestParts<S> for SendsJson {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, Problem> {
        if sends(&head.headers, &[JSON]) {
            return Ok(Self);
        }
        let json = HeaderValue::from_static(JSON);
        Err(Problem::new(&common::UNSUPPORTED_MEDIA_TYPE).with_header(ACCEPT, json))
    }
}

/// The media type of the body is a JSON merge patch (RFC 7396) or JSON.
pub struct SendsMergePatch;

impl<S: Sync> FromRequestParts<S> for SendsMergePatch {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, Problem> {
        if sends(&head.headers, &[MERGE_PATCH, JSON]) {
            return Ok(Self);
        }
        let both = HeaderValue::from_static("application/merge-patch+json, application/json");
        Err(Problem::new(&common::UNSUPPORTED_MEDIA_TYPE).with_header(ACCEPT, both))
    }
}

/// RFC 9110 section 12.5.1: the weight of the most specific matching range decides. Without a header, or with an empty
/// one, everything is accepted.
fn accepts_json(headers: &HeaderMap) -> bool {
    let mut has_range = false;
    let mut decision = (0, 0.0);
    let values = headers.get_all(ACCEPT).iter();
    let ranges = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    for range in ranges
        .map(<[u8]>::trim_ascii)
        .filter(|range| !range.is_empty())
    {
        has_range = true;
        let Some((specificity, weight)) = str::from_utf8(range).ok().and_then(json_range) else {
            continue;
        };
        if specificity > decision.0 || (specificity == decision.0 && weight > decision.1) {
            decision = (specificity, weight);
        }
    }
    !has_range || decision.1 > 0.0
}

/// Returns the specificity and the weight of a media range that matches JSON, or `None` if it does not match.
fn json_range(range: &str) -> Option<(u8, f32)> {
    let mut parts = range.split(';').map(str::trim);
    let media_type = parts.next()?;
    let specificity = match media_type {
        "*/*" => 1,
        known if known.eq_ignore_ascii_case("application/*") => 2,
        known if known.eq_ignore_ascii_case("application/json") => 3,
        _ => return None,
    };
    let weight = parts
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.eq_ignore_ascii_case("q"))
        .map_or(Some(1.0), |(_, weight)| weight.parse().ok())?;
    Some((specificity, weight))
}

fn sends(headers: &HeaderMap, media_types: &[&str]) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    !headers.contains_key(CONTENT_ENCODING)
        && value
            .to_str()
            .is_ok_and(|value| is_one_of(value, media_types))
}

fn is_one_of(content_type: &str, media_types: &[&str]) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    media_types
        .iter()
        .any(|known| media_type.eq_ignore_ascii_case(known))
        && match (parts.next(), parts.next()) {
            (None, _) => true,
            (Some(parameter), None) => parameter.split_once('=').is_some_and(|(name, value)| {
                name.eq_ignore_ascii_case("charset")
                    && value.trim_matches('"').eq_ignore_ascii_case("utf-8")
            }),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(values: &[&str]) -> bool {
        let values = values.iter().map(|value| (ACCEPT, value.parse().unwrap()));
        accepts_json(&values.collect())
    }

    #[test]
    fn json_is_accepted_if_the_most_specific_range_accepts_it() {
        for good in [
            &[][..],
            &[""],
            &["application/json"],
            &["APPLICATION/JSON"],
            &["application/json; charset=utf-8"],
            &["text/html, application/*;q=0.1"],
            &["text/html", "*/*"],
            &["*/*;q=0, application/json"],
            &["application/json;q=0, application/json"],
        ] {
            assert!(accepted(good), "{good:?}");
        }
        for bad in [
            &["text/html"][..],
            &["application/problem+json"],
            &["application/json;q=0, */*"],
            &["application/*;q=0"],
            &["application/json;q=x"],
            &["nonsense"],
        ] {
            assert!(!accepted(bad), "{bad:?}");
        }
    }

    #[test]
    fn only_json_in_utf_8_is_accepted_as_a_body() {
        for good in [
            "application/json",
            "Application/JSON",
            "application/json; charset=utf-8",
            "application/json;charset=\"UTF-8\"",
        ] {
            assert!(is_one_of(good, &[JSON]), "{good}");
        }
        for bad in [
            "",
            "text/plain",
            "application/vnd.x+json",
            "application/json; charset=latin1",
            "application/json; profile=x",
            "application/json; charset=utf-8; charset=utf-8",
            "application/json;",
            "application/jsonx",
        ] {
            assert!(!is_one_of(bad, &[JSON]), "{bad}");
        }
    }
}
