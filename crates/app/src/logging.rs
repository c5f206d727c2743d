//! The log: one line an event on stderr, as text or as JSON.

use std::io::{self, IsTerminal as _};
use std::panic;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{FilterExt as _, Targets, filter_fn};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::cli::LogFormat;
use crate::traces::Traces;

mod trace_id;

use trace_id::WithTraceId;

/// Starts the log of this process. Without a format, it is text on a terminal and else JSON.
///
/// Spans are not written out: an event names what it is about in fields of its own. Where there are
/// traces, they get the spans, and lines that are written meanwhile the trace's id; where there are
/// none, no span is made at all.
pub(crate) fn start(format: Option<LogFormat>, traces: Option<&Traces>) {
    let on_terminal = io::stderr().is_terminal();
    let default = if on_terminal {
        LogFormat::Text
    } else {
        LogFormat::Json
    };
    // A reader of stderr that went away is no reason to fail: the complaint would panic.
    let layer = fmt::layer()
        .with_writer(io::stderr)
        .log_internal_errors(false);
    let format = format.unwrap_or(default);
    let layer = match format {
        LogFormat::Text => layer
            .with_ansi(on_terminal)
            .with_target(false)
            .map_event_format(|line| WithTraceId {
                line: line.with_ansi(on_terminal),
                format,
            })
            .boxed(),
        LogFormat::Json => layer
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .map_event_format(|line| WithTraceId { line, format })
            .boxed(),
    };
    let own_at_info_others_at_warn = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("customers", LevelFilter::INFO)
        // It quotes what it does not know of a database URL.
        .with_target("sqlx_postgres::options", LevelFilter::OFF);
    let events_alone = filter_fn(|metadata| !metadata.is_span());
    let subscriber = tracing_subscriber::registry()
        .with(traces.map(Traces::layer))
        .with(layer.with_filter(own_at_info_others_at_warn.and(events_alone)));
    // It fails only where a log was started before; then that one stays.
    let _ = tracing::subscriber::set_global_default(subscriber);
    panic::set_hook(Box::new(|panic| {
        // The message of a panic may quote the data that it met, so only the place is told.
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "a defect in the program: it panicked");
    }));
}
