//! Traces: exports the spans of requests to a collector by OTLP over HTTP.
//!
//! The other crates create spans with `tracing`. Only this module converts them to OpenTelemetry. Spans
//! wait in a bounded queue and are exported by a separate thread. If the collector is slow or
//! unavailable, spans are lost and requests are not affected.

use std::sync::Arc;
use std::time::Duration;

use customers_http_kit::REQUEST_SPAN;
use opentelemetry::trace::{TraceContextExt as _, TraceId, TracerProvider as _};
use opentelemetry::{Context, Key, KeyValue};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::resource::{
    EnvResourceDetector, ResourceDetector as _, SdkProvidedResourceDetector,
    TelemetryResourceDetector,
};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::layer;
use tracing_subscriber::registry::LookupSpan;

use crate::failure::Failure;

mod collector;
mod endpoint;
mod parent;

pub(crate) use endpoint::Endpoint;
pub(crate) use parent::join as join_trace;

/// Maximum time that the shutdown waits for the last export.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);
/// Default of `service.name`.
const SERVICE_NAME: &str = "customers";

/// The pipeline from spans to the collector.
pub(crate) struct Traces {
    provider: SdkTracerProvider,
    /// Prefixes of the targets whose spans are exported.
    own_targets: Arc<[&'static str]>,
}

impl Traces {
    /// Creates the pipeline. The collector does not have to be reachable yet.
    ///
    /// # Errors
    /// Returns an error if the environment is invalid, or if the endpoint uses https and the system has no
    /// root certificates.
    pub(crate) fn to(endpoint: &Endpoint, own_targets: &[&'static str]) -> Result<Self, Failure> {
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(collector::exporter(endpoint)?)
            .with_resource(resource())
            .build();
        Ok(Self {
            provider,
            own_targets: own_targets.into(),
        })
    }

    /// Returns the layer that converts spans of requests, and the spans within them, to OpenTelemetry.
    pub(crate) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let [targets, same_targets] = [(); 2].map(|()| Arc::clone(&self.own_targets));
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer(SERVICE_NAME))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(
                dynamic_filter_fn(move |metadata, context| {
                    belongs_to_a_request(metadata, context, &targets)
                })
                .with_max_level_hint(LevelFilter::INFO)
                .with_callsite_filter(move |metadata| callsite_interest(metadata, &same_targets)),
            )
    }

    /// Exports the remaining spans, for at most two seconds.
    pub(crate) fn shutdown(self) {
        if self
            .provider
            .shutdown_with_timeout(SHUTDOWN_TIMEOUT)
            .is_err()
        {
            tracing::warn!("the last traces were not exported");
        }
    }
}

/// Returns the id of the current trace, if there is one.
pub(crate) fn current_trace_id() -> Option<TraceId> {
    Context::map_current(|context| {
        let span = context.span();
        let trace_id = span.span_context().trace_id();
        (trace_id != TraceId::INVALID).then_some(trace_id)
    })
}

/// Disables all callsites but those of our own spans, so that the spans of libraries cost nothing.
fn callsite_interest(
    metadata: &'static Metadata<'static>,
    own_targets: &[&'static str],
) -> Interest {
    if is_own_span(metadata, own_targets) {
        Interest::sometimes()
    } else {
        Interest::never()
    }
}

/// Returns whether this is a span of this program, and not an event.
fn is_own_span(metadata: &Metadata<'_>, own_targets: &[&'static str]) -> bool {
    metadata.is_span()
        && *metadata.level() <= Level::INFO
        && own_targets
            .iter()
            .any(|target| metadata.target().starts_with(target))
}

/// Returns whether this is the span of a request or within one. Background work is not traced.
fn belongs_to_a_request<S>(
    metadata: &Metadata<'_>,
    context: &layer::Context<'_, S>,
    own_targets: &[&'static str],
) -> bool
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    is_own_span(metadata, own_targets)
        && (metadata.name() == REQUEST_SPAN || context.lookup_current().is_some())
}

/// Returns the resource. `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` take precedence.
fn resource() -> Resource {
    let name = Key::new("service.name");
    let configured = SdkProvidedResourceDetector.detect().get(&name);
    let configured = configured.filter(|value| !value.as_str().starts_with("unknown_service"));
    Resource::builder_empty()
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .with_detector(Box::new(TelemetryResourceDetector))
        .with_detector(Box::new(EnvResourceDetector::new()))
        .with_attribute(KeyValue::new(
            name,
            configured.unwrap_or(SERVICE_NAME.into()),
        ))
        .build()
}
