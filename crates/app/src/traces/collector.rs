//! Exports spans to the collector, and logs failures.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use http::{Request, Response};
use opentelemetry_http::{Bytes, HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use rustls::crypto::ring;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::Endpoint;
use crate::failure::Failure;

/// Time limit for one attempt, and for all attempts to export one batch.
const TIME_LIMIT: Duration = Duration::from_secs(5);
/// Maximum size of a collector's response, in bytes.
const RESPONSE_MAX: u64 = 64 * 1024;

/// Creates the exporter.
///
/// # Errors
/// Returns an error if the environment is invalid, or if the endpoint uses https and the system has no root
/// certificates.
pub(super) fn exporter(endpoint: &Endpoint) -> Result<impl SpanExporter + use<>, Failure> {
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .with_http_client(Client::new(endpoint)?)
        .with_endpoint(endpoint.url())
        .with_protocol(Protocol::HttpBinary)
        .with_timeout(TIME_LIMIT)
        .build()
        .map_err(|error| Failure::Usage(format!("cannot export traces: {error}")))?;
    Ok(LoggingExporter {
        exporter,
        failing: AtomicBool::new(false),
    })
}

/// A blocking HTTP client that runs on the exporter's thread and needs no runtime. It uses rustls with
/// ring, like the database connections.
#[derive(Debug)]
struct Client(Agent);

impl Client {
    fn new(endpoint: &Endpoint) -> Result<Self, Failure> {
        let config = Agent::config_builder()
            .timeout_global(Some(TIME_LIMIT))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false);
        let config = if endpoint.is_https() {
            config.tls_config(tls()?)
        } else {
            config
        };
        Ok(Self(config.build().new_agent()))
    }
}

fn tls() -> Result<TlsConfig, Failure> {
    let system = rustls_native_certs::load_native_certs();
    if system.certs.is_empty() {
        return Err(Failure::Usage(
            "cannot export traces to an https endpoint: the system has no root certificates"
                .to_owned(),
        ));
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

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let response = self.0.run(Request::from_parts(head, &body[..]))?;
        let (head, mut body) = response.into_parts();
        let body = body.with_config().limit(RESPONSE_MAX).read_to_vec()?;
        Ok(Response::from_parts(head, body.into()))
    }
}

/// Logs when exports begin to fail and when they succeed again, not every failed batch.
#[derive(Debug)]
struct LoggingExporter<E> {
    exporter: E,
    failing: AtomicBool,
}

impl<E: SpanExporter> SpanExporter for LoggingExporter<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let outcome = self.exporter.export(batch).await;
        let was_failing = self.failing.swap(outcome.is_err(), Ordering::Relaxed);
        match &outcome {
            Ok(()) if was_failing => tracing::info!("exporting traces again"),
            Err(error) if !was_failing => {
                tracing::warn!(%error, "cannot export traces");
            }
            Ok(()) | Err(_) => {}
        }
        outcome
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}
