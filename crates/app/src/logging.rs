//! The log: one line per event on stderr, as text or as JSON.

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

/// Starts the log of this process. The default format is text on a terminal and JSON otherwise.
///
/// Spans are not logged; events have fields of their own. With `traces`, spans go to the traces, and log
/// lines in a traced request have its trace id. Without `traces`, no spans are created. Targets that begin with one of
/// `own_targets` log at level INFO, all others only warnings and errors.
pub(crate) fn start(
    format: Option<LogFormat>,
    traces: Option<&Traces>,
    own_targets: &[&'static str],
) {
    let on_terminal = io::stderr().is_terminal();
    let default = if on_terminal {
        LogFormat::Text
    } else {
        LogFormat::Json
    };
    // If stderr is closed, reporting the write error would panic.
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
    let levels = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_targets(
            own_targets
                .iter()
                .map(|target| (*target, LevelFilter::INFO)),
        )
        // It logs unknown parts of the database URL.
        .with_target("sqlx_postgres::options", LevelFilter::OFF);
    let events_only = filter_fn(|metadata| !metadata.is_span());
    let subscriber = tracing_subscriber::registry()
        .with(traces.map(Traces::layer))
        .with(layer.with_filter(levels.and(events_only)));
    // This fails only if a log was started before, which then stays.
    let _ = tracing::subscriber::set_global_default(subscriber);
    panic::set_hook(Box::new(|panic| {
        // A panic message may contain personal data, so only the location is logged.
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "the program panicked");
    }));
}
