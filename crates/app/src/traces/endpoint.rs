use http::Uri;
use http::uri::{PathAndQuery, Scheme};
use thiserror::Error;

/// URL to export traces to: the collector's base URL followed by `/v1/traces`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint(Uri);

/// The text is not the base URL of a collector. The message does not contain it, because it may contain a
/// password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "the endpoint for traces (--otlp-endpoint, OTEL_EXPORTER_OTLP_ENDPOINT) must be an http or https URL of a host, optionally with a port and a path"
)]
pub(crate) struct InvalidEndpoint;

impl Endpoint {
    /// Parses the base URL. Returns `None` for a blank text, because OpenTelemetry treats an empty variable as
    /// unset.
    ///
    /// # Errors
    /// Returns an error unless it is an `http` or `https` URL of a host, optionally with a port and a path.
    pub(crate) fn parse(base: &str) -> Result<Option<Self>, InvalidEndpoint> {
        let base = base.trim();
        if base.is_empty() {
            return Ok(None);
        }
        let mut parts = base
            .parse::<Uri>()
            .map_err(|_| InvalidEndpoint)?
            .into_parts();
        let known = [Some(Scheme::HTTP), Some(Scheme::HTTPS)].contains(&parts.scheme);
        let authority = parts.authority.as_ref();
        let names_a_host = authority.is_some_and(|authority| {
            let (whole, host) = (authority.as_str(), authority.host());
            !host.is_empty()
                && !whole.contains('@')
                && (whole == host || authority.port_u16().is_some())
        });
        let path = parts.path_and_query.as_ref();
        let has_a_query = path.is_some_and(|path| path.query().is_some());
        if !known || !names_a_host || has_a_query || base.contains('#') {
            return Err(InvalidEndpoint);
        }
        let path = path.map_or("", |path| path.path().trim_end_matches('/'));
        let path = PathAndQuery::try_from(format!("{path}/v1/traces"));
        parts.path_and_query = Some(path.map_err(|_| InvalidEndpoint)?);
        Uri::from_parts(parts)
            .map(|uri| Some(Self(uri)))
            .map_err(|_| InvalidEndpoint)
    }

    /// Returns the URL.
    pub(super) fn url(&self) -> String {
        self.0.to_string()
    }

    /// Returns whether the URL uses https.
    pub(super) fn is_https(&self) -> bool {
        self.0.scheme() == Some(&Scheme::HTTPS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_for_traces_is_appended() {
        for (base, url) in [
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
            ("http://collector:4318/", "http://collector:4318/v1/traces"),
            (" http://[::1]:4318 ", "http://[::1]:4318/v1/traces"),
            (
                "https://otlp.example.com/tenant/",
                "https://otlp.example.com/tenant/v1/traces",
            ),
        ] {
            let endpoint = Endpoint::parse(base).unwrap().unwrap();
            assert_eq!(endpoint.url(), url);
            assert_eq!(endpoint.is_https(), url.starts_with("https"));
        }
    }

    #[test]
    fn a_blank_text_means_no_collector() {
        for nothing in ["", " ", "\t"] {
            assert_eq!(Endpoint::parse(nothing), Ok(None));
        }
    }

    #[test]
    fn other_urls_are_refused_and_not_repeated() {
        for wrong in [
            "collector",
            "collector:4318",
            "/v1/traces",
            "http://",
            "http:///path",
            "grpc://collector:4317",
            "http://collector:port",
            "http://collector:65536",
            "http://user:planted@collector:4318",
            "http://collector:4318/?planted=1",
            "http://collector:4318/#planted",
            "http://col lector",
        ] {
            let refused = Endpoint::parse(wrong).unwrap_err();
            assert!(!refused.to_string().contains("planted"), "{wrong}");
        }
    }
}
