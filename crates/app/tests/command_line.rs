//! The program as it is called: its help, its exit codes and what it says.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

#[expect(
    dead_code,
    reason = "the running service is a matter of the other tests"
)]
mod support;

use std::net::TcpListener;

use customers_use_cases::ApiKeySecret;
use support::{collect, customers, run, text, wait_for};

type Variables<'a> = [(&'a str, &'a str)];

const PLANTED_URL: &str = "postgres://app:planted-password@127.0.0.1:1/customers";

#[test]
fn without_arguments_the_program_explains_itself() {
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
fn help_names_flags_and_variables_but_no_value_that_is_set() {
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
    for name in [
        "--listen",
        "CUSTOMERS_LISTEN",
        "--metrics-listen",
        "CUSTOMERS_METRICS_LISTEN",
        "--database-url",
        "DATABASE_URL",
        "--master-key-file",
        "CUSTOMERS_MASTER_KEY_FILE",
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
    ] {
        assert!(text(&output.stdout).contains(name), "{name}");
    }
}

#[test]
fn wrong_usage_exits_with_2_and_repeats_no_secret() {
    let key = ApiKeySecret::generate().unwrap();
    let table: [(&[&str], &Variables, &str); 19] = [
        (&["serve"], &[("DATABASE_URL", "")], "empty"),
        (&["serve", "--database-url="], &[], "empty"),
        (&["serve", "--in-memory"], &[("DATABASE_URL", "")], "empty"),
        (
            &["serve", "--in-memory"],
            &[("DATABASE_URL", PLANTED_URL)],
            "exclude",
        ),
        (
            &["serve"],
            &[("DATABASE_URL", PLANTED_URL), ("CUSTOMERS_IN_MEMORY", "1")],
            "exclude",
        ),
        (
            &["serve"],
            &[
                ("DATABASE_URL", PLANTED_URL),
                ("CUSTOMERS_DEV_API_KEY", key.expose()),
            ],
            "memory alone",
        ),
        (
            &["serve"],
            &[("CUSTOMERS_DEV_API_KEY", "planted-key")],
            "not an API key",
        ),
        (
            &["serve"],
            &[("CUSTOMERS_DEV_API_KEY", "")],
            "not an API key",
        ),
        (
            &["serve"],
            &[("CUSTOMERS_LISTEN", "0.0.0.0:0")],
            "--in-memory",
        ),
        (
            &["serve"],
            &[
                ("DATABASE_URL", "mysql://app:planted-password@127.0.0.1/x"),
                ("CUSTOMERS_MASTER_KEY_FILE", "planted.key"),
            ],
            "database URL",
        ),
        (
            &["serve"],
            &[("DATABASE_URL", PLANTED_URL)],
            "customers master-key create",
        ),
        (
            &["serve"],
            &[
                ("DATABASE_URL", PLANTED_URL),
                ("CUSTOMERS_MASTER_KEY_FILE", ""),
            ],
            "customers serve --master-key-file",
        ),
        (
            &["serve", "--otlp-endpoint", "grpc://planted:4317"],
            &[],
            "endpoint for traces",
        ),
        (
            &["serve"],
            &[(
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "http://u:planted@127.0.0.1:4318",
            )],
            "endpoint for traces",
        ),
        (&["migrate"], &[], "needs a database"),
        (&["migrate"], &[("DATABASE_URL", "")], "empty"),
        (&["keys", "list"], &[], "needs a database"),
        (&["keys", "list"], &[("DATABASE_URL", "")], "empty"),
        (
            &["keys", "revoke", key.expose()],
            &[("DATABASE_URL", PLANTED_URL)],
            "whole API key",
        ),
    ];
    for (args, variables, reason) in table {
        let output = run(args, variables);
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?} {message}");
        assert!(
            message.starts_with("error: ") && message.contains(reason),
            "{args:?} {message}"
        );
        assert_eq!(message.lines().count(), 1, "{args:?} {message}");
        assert!(
            !message.contains("planted") && !message.contains(key.expose()),
            "{args:?}"
        );
        assert!(output.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn every_variable_is_read_and_a_wrong_value_in_it_exits_with_2() {
    for (variable, flag) in [
        ("CUSTOMERS_LISTEN", "--listen"),
        ("CUSTOMERS_METRICS_LISTEN", "--metrics-listen"),
        ("CUSTOMERS_IN_MEMORY", "--in-memory"),
        ("CUSTOMERS_MIGRATE", "--migrate"),
        ("CUSTOMERS_POOLER", "--pooler"),
        ("CUSTOMERS_DATABASE_CONNECTIONS", "--database-connections"),
        ("CUSTOMERS_CREATE_BATCH", "--create-batch"),
        ("CUSTOMERS_DATABASE_TIMEOUT", "--database-timeout"),
        (
            "CUSTOMERS_ALLOW_UNSAFE_DURABILITY",
            "--allow-unsafe-durability",
        ),
        ("CUSTOMERS_KYC_REQUIRED", "--kyc-required"),
        ("CUSTOMERS_RATE_LIMIT", "--rate-limit"),
        ("CUSTOMERS_MAX_CONNECTIONS", "--max-connections"),
        ("CUSTOMERS_DRAIN_DELAY", "--drain-delay"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "--otlp-endpoint"),
        ("CUSTOMERS_LOG_FORMAT", "--log-format"),
    ] {
        let output = run(&["serve"], &[(variable, "nonsense")]);
        assert_eq!(output.status.code(), Some(2), "{variable}");
        assert!(text(&output.stderr).contains(flag), "{variable}");
    }
}

#[test]
fn switches_in_the_environment_are_words_or_digits() {
    let elsewhere = ("CUSTOMERS_LISTEN", "0.0.0.0:0");
    for off in ["false", "0"] {
        let output = run(&["serve"], &[elsewhere, ("CUSTOMERS_IN_MEMORY", off)]);
        assert_eq!(output.status.code(), Some(2), "{off}");
        assert!(text(&output.stderr).contains("loopback"), "{off}");
    }
    for on in ["true", "1"] {
        let variables = [("DATABASE_URL", PLANTED_URL), ("CUSTOMERS_IN_MEMORY", on)];
        let output = run(&["serve"], &variables);
        assert!(text(&output.stderr).contains("exclude"), "{on}");
    }
}

#[test]
fn commands_on_a_database_that_is_away_exit_with_1_and_show_no_password() {
    for args in [
        &["migrate"][..],
        &["keys", "list"],
        &["keys", "revoke", "0123456789abcdef"],
        &[
            "keys",
            "create",
            "--tenant",
            "acme",
            "--scope",
            "customers:read",
        ],
    ] {
        let output = run(args, &[("DATABASE_URL", PLANTED_URL)]);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(text(&output.stderr).starts_with("error: "), "{args:?}");
        assert!(!text(&output.stderr).contains("planted"), "{args:?}");
        assert!(output.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn serve_waits_for_a_database_that_is_away_until_it_is_told_to_stop() {
    let args = ["serve", "--listen", "127.0.0.1:0", "--log-format", "json"];
    let mut child = customers(&args, &[("DATABASE_URL", PLANTED_URL)])
        .spawn()
        .unwrap();
    let mut log = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut first = String::new();
    std::io::BufRead::read_line(&mut log, &mut first).unwrap();
    assert!(
        first.contains("database") && !first.contains("planted"),
        "{first}"
    );
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    let status = wait_for("the end", || child.try_wait().unwrap());
    assert_eq!(status.code(), Some(0));
    let rest = collect(log.into_inner()).join().unwrap();
    assert!(
        rest.lines().count() <= 2 && !rest.contains("planted"),
        "{rest}"
    );
}

#[test]
fn a_port_that_is_taken_is_a_clear_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(
        &["serve", "--listen", &address, "--log-format", "text"],
        &[],
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains(&format!("cannot listen on {address}")));
    assert!(output.stdout.is_empty());
}

#[test]
fn the_openapi_document_is_printed_as_json() {
    let output = run(&["openapi"], &[]);
    assert_eq!(output.status.code(), Some(0));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["paths"]["/customers"]["post"].is_object());
}
