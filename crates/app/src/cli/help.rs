//! What the help of `serve` says beyond its flags.

use std::fmt::Write as _;

/// The variable that fixes the API key of memory mode.
pub(crate) const DEV_API_KEY: &str = "CUSTOMERS_DEV_API_KEY";

/// What `serve` reads from the environment and has no flag for, with what it means. A key or a header
/// on a command line could be seen by every user of the machine; the rest is for OpenTelemetry, which
/// reads these variables wherever it is built in.
pub(super) const ENVIRONMENT_ALONE: [(&str, &str); 6] = [
    (
        DEV_API_KEY,
        "Fixes the API key of memory mode; refused with a database",
    ),
    (
        "OTEL_SERVICE_NAME",
        "What traces call this service, instead of `customers`",
    ),
    (
        "OTEL_RESOURCE_ATTRIBUTES",
        "What else traces say of this copy, as `name=value,…`",
    ),
    (
        "OTEL_TRACES_SAMPLER",
        "Which traces are kept, such as `parentbased_traceidratio`",
    ),
    ("OTEL_TRACES_SAMPLER_ARG", "How many of them, such as `0.1`"),
    (
        "OTEL_EXPORTER_OTLP_HEADERS",
        "Headers for the collector, as `name=value,…`",
    ),
];

const SIGNALS: &str = "\
Signals:
  SIGTERM  Stop: answer for the drain delay, then finish running requests (30 s at most)
  SIGINT   The same without the delay
  A second one stops at once, with exit code 1

Exit codes: 0 done, 1 failed, 2 wrong usage";

/// What follows the flags in the help of `serve`.
pub(super) fn after_serve() -> String {
    let mut text = "Environment alone:\n".to_owned();
    for (variable, meaning) in ENVIRONMENT_ALONE {
        let _ = writeln!(text, "  {variable:26}  {}", meaning.replace('`', ""));
    }
    text + "\n" + SIGNALS
}
