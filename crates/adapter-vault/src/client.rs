//! Sends requests to the transit engine.

use std::sync::Arc;
use std::time::Duration;

use http::{Method, Request, Uri};
use rustls::crypto::ring;
use serde::Deserialize;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use zeroize::Zeroizing;

use crate::error::{RequestError, SettingsError};
use crate::key_name::KeyName;
use crate::token::Token;

/// Time limit for connecting, and for one request in all.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);
const REQUEST_LIMIT: Duration = Duration::from_millis(2_500);
/// Maximum size of a response, in bytes.
const RESPONSE_MAX: u64 = 64 * 1024;
/// Maximum length of the engine's own messages in an error, in characters.
const MESSAGE_MAX: usize = 200;

/// A blocking client of one transit engine.
pub(crate) struct Client {
    agent: Agent,
    /// Scheme and authority.
    base: String,
    token: Token,
}

/// Operation of the transit engine.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Operation {
    Encrypt,
    Decrypt,
}

impl Operation {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Encrypt => "encrypt",
            Self::Decrypt => "decrypt",
        }
    }
}

impl Client {
    pub(crate) fn new(address: &str, token: Token) -> Result<Self, SettingsError> {
        let (base, is_https) = base(address).ok_or(SettingsError::Address)?;
        let config = Agent::config_builder()
            .timeout_connect(Some(CONNECT_LIMIT))
            .timeout_global(Some(REQUEST_LIMIT))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // A proxy of the environment would see the requests to an http address.
            .proxy(None);
        let config = if is_https {
            config.tls_config(tls()?)
        } else {
            config
        };
        Ok(Self {
            agent: config.build().new_agent(),
            base,
            token,
        })
    }

    /// Sends one request and returns the body of the response, which may hold a key.
    pub(crate) fn send(
        &self,
        operation: Operation,
        key: &KeyName,
        body: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, RequestError> {
        let url = format!("{}/v1/transit/{}/{key}", self.base, operation.as_str());
        let request = Request::builder()
            .method(Method::POST)
            .uri(url)
            .header("content-type", "application/json")
            .header("x-vault-request", "true")
            .header("x-vault-token", self.token.header()?)
            .body(body)
            .map_err(|_| RequestError::Malformed)?;
        let unreachable = |error| RequestError::Unreachable(Box::new(error));
        let response = self.agent.run(request).map_err(unreachable)?;
        let (head, mut body) = response.into_parts();
        let body = body.with_config().limit(RESPONSE_MAX).read_to_vec();
        let body = Zeroizing::new(body.map_err(unreachable)?);
        if head.status.is_success() {
            return Ok(body);
        }
        Err(RequestError::Refused {
            status: head.status.as_u16(),
            message: message(&body),
        })
    }
}

/// Parses a base URL. Returns scheme and authority, and whether the scheme is https.
fn base(address: &str) -> Option<(String, bool)> {
    let uri: Uri = address.parse().ok()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
    let is_base = matches!(uri.path(), "" | "/") && uri.query().is_none();
    let is_https = scheme == "https";
    let is_valid = is_base && !authority.as_str().contains('@') && (is_https || scheme == "http");
    is_valid.then(|| (format!("{scheme}://{authority}"), is_https))
}

/// Messages of the engine in an error response: `{"errors": ["…"]}`.
fn message(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Errors {
        errors: Vec<String>,
    }
    let messages = serde_json::from_slice::<Errors>(body).map(|it| it.errors.join("; "));
    let messages = messages.unwrap_or_default();
    let words = messages.split_whitespace().collect::<Vec<_>>().join(" ");
    let visible = words.chars().filter(|it| !it.is_control());
    let cut: String = visible.take(MESSAGE_MAX).collect();
    if cut.trim().is_empty() {
        return "no reason is given".to_owned();
    }
    cut
}

fn tls() -> Result<TlsConfig, SettingsError> {
    let system = rustls_native_certs::load_native_certs();
    if system.certs.is_empty() {
        return Err(SettingsError::NoRootCertificates);
    }
    let authorities = system
        .certs
        .iter()
        .map(|certificate| Certificate::from_der(certificate).to_owned());
    Ok(TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
        .root_certs(RootCerts::from(authorities))
        .build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_scheme_and_an_authority() {
        for (address, expected) in [
            ("https://vault.example.com", "https://vault.example.com"),
            (
                "https://vault.example.com:8200/",
                "https://vault.example.com:8200",
            ),
            ("http://[::1]:8200", "http://[::1]:8200"),
        ] {
            assert_eq!(base(address).unwrap().0, expected);
        }
        for bad in [
            "",
            "vault.example.com",
            "vault.example.com:8200",
            "ftp://vault.example.com",
            "https://user:secret@vault.example.com",
            "https://vault.example.com/v1",
            "https://vault.example.com/?a=b",
        ] {
            assert!(base(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn messages_of_the_engine_are_cut_and_made_visible() {
        let body = br#"{"errors": ["permission\n denied", "twice"]}"#;
        assert_eq!(message(body), "permission denied; twice");
        let long = format!(r#"{{"errors": ["{}"]}}"#, "x".repeat(1_000));
        assert_eq!(message(long.as_bytes()).len(), MESSAGE_MAX);
        for silent in ["", "{}", r#"{"errors": []}"#, "<html>"] {
            assert_eq!(message(silent.as_bytes()), "no reason is given");
        }
    }
}
