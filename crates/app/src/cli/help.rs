//! The part of the help of `serve` that follows the flags.

use std::fmt::Write as _;

/// Variable with a fixed API key for memory mode.
pub(crate) const DEV_API_KEY: &str = "CUSTOMERS_DEV_API_KEY";
/// Variables of the vault, with the names that its own programs use.
pub(crate) const VAULT_ADDR: &str = "VAULT_ADDR";
pub(crate) const VAULT_TOKEN: &str = "VAULT_TOKEN";
pub(crate) const VAULT_TOKEN_FILE: &str = "VAULT_TOKEN_FILE";

/// Variables of `serve` without a flag, and their meaning. Keys and headers on a command line would be visible to every
/// user of the machine. The others are OpenTelemetry's standard variables.
pub(super) const VARIABLES_WITHOUT_FLAG: [(&str, &str); 9] = [
    (
        DEV_API_KEY,
        "Fixed API key for memory mode; refused with a database",
    ),
    (
        VAULT_ADDR,
        "Base URL of the vault, for `--master-key-vault`",
    ),
    (VAULT_TOKEN, "Token for the vault"),
    (
        VAULT_TOKEN_FILE,
        "File with the token for the vault, instead of `VAULT_TOKEN`; read for each request",
    ),
    (
        "OTEL_SERVICE_NAME",
        "Service name in traces, instead of `customers`",
    ),
    (
        "OTEL_RESOURCE_ATTRIBUTES",
        "Further attributes of this copy in traces, as `name=value,…`",
    ),
    (
        "OTEL_TRACES_SAMPLER",
        "Sampler of traces, such as `parentbased_traceidratio`",
    ),
    (
        "OTEL_TRACES_SAMPLER_ARG",
        "Argument of the sampler, such as the ratio `0.1`",
    ),
    (
        "OTEL_EXPORTER_OTLP_HEADERS",
        "Headers for the collector, as `name=value,…`",
    ),
];

const SIGNALS: &str = "\
Signals:
  SIGTERM  Serve for the drain delay, then finish requests in flight (at most 30 s) and stop
  SIGINT   Stop in the same way without the delay
  A second signal stops at once, with exit code 1

Exit codes: 0 success, 1 failure, 2 invalid usage";

/// Returns the text that follows the flags in the help of `serve`.
pub(super) fn after_serve() -> String {
    let mut text = "Environment variables without a flag:\n".to_owned();
    for (variable, meaning) in VARIABLES_WITHOUT_FLAG {
        let _ = writeln!(text, "  {variable:26}  {}", meaning.replace('`', ""));
    }
    text + "\n" + SIGNALS
}
