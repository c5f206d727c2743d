//! The help of the command line.

use crate::support::{PLANTED_URL, run, text};

/// Flags, variables and defaults in the help of `serve`.
const HELP_OF_SERVE: [&str; 47] = [
    "--listen",
    "CUSTOMERS_LISTEN",
    "--metrics-listen",
    "CUSTOMERS_METRICS_LISTEN",
    "--database-url",
    "DATABASE_URL",
    "--master-key-file",
    "CUSTOMERS_MASTER_KEY_FILE",
    "--master-key-vault",
    "CUSTOMERS_MASTER_KEY_VAULT",
    "VAULT_ADDR",
    "VAULT_TOKEN",
    "VAULT_TOKEN_FILE",
    "--in-memory",
    "CUSTOMERS_IN_MEMORY",
    "--migrate",
    "CUSTOMERS_MIGRATE",
    "--pooler",
    "CUSTOMERS_POOLER",
    "--database-connections",
    "CUSTOMERS_DATABASE_CONNECTIONS",
    "--create-batch",
    "CUSTOMERS_CREATE_BATCH",
    "--database-timeout",
    "CUSTOMERS_DATABASE_TIMEOUT",
    "--kyc-required",
    "CUSTOMERS_KYC_REQUIRED",
    "--rate-limit",
    "CUSTOMERS_RATE_LIMIT",
    "--max-connections",
    "CUSTOMERS_MAX_CONNECTIONS",
    "--drain-delay",
    "CUSTOMERS_DRAIN_DELAY",
    "--otlp-endpoint",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_SERVICE_NAME",
    "OTEL_TRACES_SAMPLER",
    "--log-format",
    "CUSTOMERS_LOG_FORMAT",
    "CUSTOMERS_DEV_API_KEY",
    "--allow-unsafe-durability",
    "[default: 127.0.0.1:8080]",
    "[default: 16]",
    "[default: 5s]",
    "[default: individual,business]",
    "[default: 1000]",
    "[default: 2s]",
];

#[test]
fn without_arguments_the_program_shows_its_commands() {
    let output = run(&[], &[]);
    assert_eq!(output.status.code(), Some(2));
    for command in [
        "serve",
        "migrate",
        "keys",
        "master-key",
        "openapi",
        "healthcheck",
    ] {
        assert!(text(&output.stderr).contains(command), "{command}");
    }
}

#[test]
fn help_shows_flags_and_variables_but_no_values() {
    let variables = [
        ("DATABASE_URL", PLANTED_URL),
        ("CUSTOMERS_DEV_API_KEY", "planted-key"),
        ("CUSTOMERS_LISTEN", "192.0.2.77:7777"),
        ("CUSTOMERS_METRICS_LISTEN", "192.0.2.77:7777"),
        ("CUSTOMERS_RATE_LIMIT", "77777"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://planted:4318"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-key=planted"),
        ("CUSTOMERS_IN_MEMORY", "true"),
        ("CUSTOMERS_MASTER_KEY_FILE", "/planted"),
        ("CUSTOMERS_MASTER_KEY_VAULT", "planted"),
        ("VAULT_TOKEN", "planted"),
    ];
    for command in [
        &["serve", "--help"][..],
        &["migrate", "--help"],
        &["keys", "create", "--help"],
        &["keys", "list", "--help"],
        &["keys", "revoke", "--help"],
        &["master-key", "create", "--help"],
        &["healthcheck", "--help"],
        &["serve", "-h"],
    ] {
        let output = run(command, &variables);
        assert_eq!(output.status.code(), Some(0), "{command:?}");
        let help = text(&output.stdout);
        for value in ["planted", "192.0.2.77", "77777", "=true"] {
            assert!(!help.contains(value), "{command:?} shows {value}");
        }
    }
    let output = run(&["serve", "--help"], &variables);
    for name in HELP_OF_SERVE {
        assert!(text(&output.stdout).contains(name), "{name}");
    }
}
