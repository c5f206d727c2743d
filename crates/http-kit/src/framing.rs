//! Refuses requests whose host or length is ambiguous, as HTTP/1.1 requires (RFC 9112).

use std::net::Ipv6Addr;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{HOST, TRANSFER_ENCODING};
use http::{HeaderMap, Method, Uri, Version};

use crate::problem::{Problem, common};
use crate::server::AmbiguousLength;

/// Responds with `invalid_request` and closes the connection, unless the request names one host and its length is
/// unambiguous.
pub(crate) async fn check(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let is_ambiguous = request.extensions().get::<AmbiguousLength>().is_some();
    if !is_ambiguous
        && is_one_host(headers, request.version())
        && is_target(request.uri(), request.method())
        && is_chunked_at_most(headers)
    {
        return next.run(request).await;
    }
    Problem::new(&common::INVALID_REQUEST)
        .with_close()
        .into_response()
}

/// RFC 9112 section 3.2: exactly one valid `Host`. HTTP/1.0 requests may have none.
fn is_one_host(headers: &HeaderMap, version: Version) -> bool {
    let mut values = headers.get_all(HOST).iter();
    match (values.next(), values.next()) {
        (None, _) => version < Version::HTTP_11,
        (Some(host), None) => host.to_str().is_ok_and(is_host),
        (Some(_), Some(_)) => false,
    }
}

/// RFC 9112 section 3.2: the target is a path. An absolute URI is served like its path, whatever its host. An authority
/// is a target only of `CONNECT`.
fn is_target(uri: &Uri, method: &Method) -> bool {
    match (uri.scheme_str(), uri.authority()) {
        (None, None) => true,
        (None, Some(_)) => *method == Method::CONNECT,
        (Some(scheme), Some(authority)) => {
            ["http", "https"]
                .iter()
                .any(|known| scheme.eq_ignore_ascii_case(known))
                && is_host(authority.as_str())
        }
        (Some(_), None) => false,
    }
}

/// RFC 9112 section 6.1: no transfer coding, or only `chunked`.
fn is_chunked_at_most(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => true,
        (Some(coding), None) => coding.as_bytes().eq_ignore_ascii_case(b"chunked"),
        (Some(_), Some(_)) => false,
    }
}

/// Returns whether the text is `uri-host [ ":" port ]` (RFC 9110 section 7.2) with a host that is not empty (section
/// 4.2.1).
fn is_host(text: &str) -> bool {
    if let Some(literal) = text.strip_prefix('[') {
        return literal.split_once(']').is_some_and(|(address, rest)| {
            address.parse::<Ipv6Addr>().is_ok()
                && (rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port))
        });
    }
    let (name, port) = text.split_once(':').unwrap_or((text, ""));
    is_name(name) && is_port(port)
}

/// RFC 3986 section 3.2.3: zero or more digits.
fn is_port(text: &str) -> bool {
    text.is_empty()
        || (text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok())
}

/// RFC 3986 section 3.2.2: `reg-name`, which includes IPv4 addresses.
fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let valid = match byte {
            b'%' => (0..2).all(|_| bytes.next().is_some_and(|digit| digit.is_ascii_hexdigit())),
            _ => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&byte),
        };
        if !valid {
            return false;
        }
    }
    !text.is_empty()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_with_or_without_a_port() {
        for good in [
            "example.com",
            "EXAMPLE.com:8080",
            "customers_api",
            "localhost:",
            "127.0.0.1:0",
            "[::1]",
            "[2001:db8::1]:65535",
            "caf%C3%A9.example",
            "a,b",
        ] {
            assert!(is_host(good), "{good}");
        }
        for bad in [
            "",
            ":80",
            "a b",
            "a/b",
            "a?b",
            "a#b",
            "a@b",
            "a\\b",
            "a<b>",
            "http://a",
            "a:b",
            "a:-1",
            "a:+1",
            "a:80:80",
            "a:65536",
            "caf%C3%A",
            "caf%zz",
            "::1",
            "[::1",
            "[]",
            "[::1]8080",
            "[::1]:x",
            "[example.com]",
        ] {
            assert!(!is_host(bad), "{bad}");
        }
    }

    #[test]
    fn http_1_0_needs_no_host_but_a_repeated_host_is_refused() {
        let hosts = |names: &[&'static str]| -> HeaderMap {
            let names = names
                .iter()
                .map(|name| (HOST, HeaderValue::from_static(name)));
            let mut headers = HeaderMap::new();
            names.for_each(|(name, value)| {
                headers.append(name, value);
            });
            headers
        };
        for (names, in_1_0, in_1_1) in [
            (&[][..], true, false),
            (&["a"], true, true),
            (&["a b"], false, false),
            (&["a", "a"], false, false),
        ] {
            let headers = hosts(names);
            assert_eq!(is_one_host(&headers, Version::HTTP_10), in_1_0, "{names:?}");
            assert_eq!(is_one_host(&headers, Version::HTTP_11), in_1_1, "{names:?}");
        }
    }

    #[test]
    fn a_target_is_a_path_or_an_absolute_uri_and_an_authority_only_for_connect() {
        for (target, to_get, to_connect) in [
            ("/customers?limit=1", true, true),
            ("*", true, true),
            ("http://example.com/customers", true, true),
            ("HTTPS://example.com", true, true),
            ("http://user@example.com/", false, false),
            ("ftp://example.com/", false, false),
            ("example.com:443", false, true),
        ] {
            let uri = target.parse().unwrap();
            assert_eq!(is_target(&uri, &Method::GET), to_get, "{target}");
            assert_eq!(is_target(&uri, &Method::CONNECT), to_connect, "{target}");
        }
    }
}
