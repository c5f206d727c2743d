//! Traces: the spans of requests, sent to a collector by OTLP over HTTP. Without a collector nothing
//! of this is built.
//!
//! The crates around speak of spans in `tracing`'s words; what those become in OpenTelemetry's is
//! decided here alone. Spans wait in a bounded queue for a thread of their own, so a collector that is
//! slow or away costs spans and never a request.

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

/// How long the end of the program waits for spans that are still to be sent.
const LAST_SPANS: Duration = Duration::from_secs(2);
/// What the service is called where the environment says nothing else.
const SERVICE_NAME: &str = "customers";

/// The way from spans to the collector.
pub(crate) struct Traces {
    provider: SdkTracerProvider,
}

impl Traces {
    /// Opens the way. The collector need not be there yet.
    ///
    /// # Errors
    /// When the environment asks for what cannot be, or no certificate authority is known for a
    /// collector that is reached by https.
    pub(crate) fn to(endpoint: &Endpoint) -> Result<Self, Failure> {
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(collector::exporter(endpoint)?)
            .with_resource(resource())
            .build();
        Ok(Self { provider })
    }

    /// What turns spans of `tracing` into those of OpenTelemetry: requests, and what belongs to them.
    pub(crate) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer(SERVICE_NAME))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(
                dynamic_filter_fn(belongs_to_a_request)
                    .with_max_level_hint(LevelFilter::INFO)
                    .with_callsite_filter(asked_anew_for_own_spans),
            )
    }

    /// Sends what is still waiting, for two seconds at most.
    pub(crate) fn end(self) {
        if self.provider.shutdown_with_timeout(LAST_SPANS).is_err() {
            tracing::warn!("the last traces were not delivered");
        }
    }
}

/// The trace that is being worked for, if traces are made.
pub(crate) fn current_trace_id() -> Option<TraceId> {
    Context::map_current(|context| {
        let span = context.span();
        let trace_id = span.span_context().trace_id();
        (trace_id != TraceId::INVALID).then_some(trace_id)
    })
}

/// Everything else is settled when its place in the code is first met, so that what others trace for
/// themselves costs nothing.
fn asked_anew_for_own_spans(metadata: &'static Metadata<'static>) -> Interest {
    if is_own_span(metadata) {
        Interest::sometimes()
    } else {
        Interest::never()
    }
}

/// Log lines stay in the log.
fn is_own_span(metadata: &Metadata<'_>) -> bool {
    metadata.is_span()
        && *metadata.level() <= Level::INFO
        && metadata.target().starts_with("customers")
}

/// What the program does by itself, such as sweeping, is no trace.
fn belongs_to_a_request<S>(metadata: &Metadata<'_>, context: &layer::Context<'_, S>) -> bool
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    is_own_span(metadata) && (metadata.name() == REQUEST_SPAN || context.lookup_current().is_some())
}

/// Who sends the traces. `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` have the last word.
fn resource() -> Resource {
    let name = Key::new("service.name");
    let said = SdkProvidedResourceDetector.detect().get(&name);
    let said = said.filter(|said| !said.as_str().starts_with("unknown_service"));
    Resource::builder_empty()
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .with_detector(Box::new(TelemetryResourceDetector))
        .with_detector(Box::new(EnvResourceDetector::new()))
        .with_attribute(KeyValue::new(name, said.unwrap_or(SERVICE_NAME.into())))
        .build()
}
