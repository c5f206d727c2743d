//! The log as the program writes it where it is not asked for traces: JSON on stderr.

use std::io;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{FilterExt as _, Targets, filter_fn};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;

/// Starts the log of this process.
pub(crate) fn start() {
    let own_at_info_others_at_warn = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("customers", LevelFilter::INFO);
    let events_alone = filter_fn(|metadata| !metadata.is_span());
    let lines = fmt::layer()
        .with_writer(io::stderr)
        .log_internal_errors(false)
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_filter(own_at_info_others_at_warn.and(events_alone));
    // It fails only where a log was started before; then that one stays.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(lines));
}
