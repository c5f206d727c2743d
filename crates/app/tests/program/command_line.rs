//! Exit codes and messages of the command line.

use std::net::TcpListener;

use customers_test_support::master_key_file;

use crate::support::{PLANTED_URL, collect, customers, run, text, wait_for};
use customers_use_cases::ApiKeySecret;

type Variables<'a> = [(&'a str, &'a str)];

type Case<'a> = (&'a [&'a str], &'a Variables<'a>, &'a str);

/// Checks that the program exits with 2 and one line with the reason. The line must not contain `secret` or planted
/// values.
#[track_caller]
fn assert_usage_errors(cases: &[Case], secret: &str) {
    for (args, variables, reason) in cases {
        let output = run(args, variables);
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?} {message}");
        assert!(
            message.starts_with("error: ") && message.contains(reason),
            "{args:?} {message}"
        );
        assert_eq!(message.lines().count(), 1, "{args:?} {message}");
        assert!(
            !message.contains("planted") && !message.contains(secret),
            "{args:?}"
        );
        assert!(output.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn an_ambiguous_store_exits_with_2_and_shows_no_secret() {
    let key = ApiKeySecret::generate().unwrap();
    let url = ("DATABASE_URL", PLANTED_URL);
    let blank = ("DATABASE_URL", "");
    let dev_key = |key| ("CUSTOMERS_DEV_API_KEY", key);
    let cases: &[Case] = &[
        (&["serve"], &[blank], "empty"),
        (&["serve", "--database-url="], &[], "empty"),
        (&["serve", "--in-memory"], &[blank], "empty"),
        (&["serve", "--in-memory"], &[url], "exclude"),
        (&["serve"], &[url, ("CUSTOMERS_IN_MEMORY", "1")], "exclude"),
        (&["serve"], &[url, dev_key(key.expose())], "memory mode"),
        (&["serve"], &[dev_key("planted-key")], "not an API key"),
        (&["serve"], &[dev_key("")], "not an API key"),
        (
            &["serve"],
            &[("CUSTOMERS_LISTEN", "0.0.0.0:0")],
            "--in-memory",
        ),
    ];
    assert_usage_errors(cases, key.expose());
}

#[test]
fn an_invalid_url_exits_with_2_and_shows_no_secret() {
    let key = ApiKeySecret::generate().unwrap();
    let url = ("DATABASE_URL", PLANTED_URL);
    let blank = ("DATABASE_URL", "");
    let mysql = "mysql://app:planted-password@127.0.0.1/x";
    let collector = "http://u:planted@127.0.0.1:4318";
    let cases: &[Case] = &[
        (
            &["serve"],
            &[
                ("DATABASE_URL", mysql),
                ("CUSTOMERS_MASTER_KEY_FILE", "planted.key"),
            ],
            "database URL",
        ),
        (&["serve"], &[url], "customers master-key create"),
        (
            &["serve"],
            &[url, ("CUSTOMERS_MASTER_KEY_FILE", "")],
            "customers serve --master-key-file",
        ),
        (
            &["serve", "--master-key-vault", "customers"],
            &[url, ("CUSTOMERS_MASTER_KEY_FILE", "planted.key")],
            "exclude",
        ),
        (
            &["serve", "--master-key-vault", "customers"],
            &[url],
            "VAULT_ADDR",
        ),
        (
            &["serve"],
            &[
                url,
                ("CUSTOMERS_MASTER_KEY_VAULT", "customers"),
                ("VAULT_ADDR", "http://127.0.0.1:1"),
            ],
            "VAULT_TOKEN_FILE",
        ),
        (
            &["serve", "--otlp-endpoint", "grpc://planted:4317"],
            &[],
            "endpoint for traces",
        ),
        (
            &["serve"],
            &[("OTEL_EXPORTER_OTLP_ENDPOINT", collector)],
            "endpoint for traces",
        ),
        (&["migrate"], &[], "needs a database"),
        (&["migrate"], &[blank], "empty"),
        (&["keys", "list"], &[], "needs a database"),
        (&["keys", "list"], &[blank], "empty"),
        (&["keys", "revoke", key.expose()], &[url], "whole API key"),
    ];
    assert_usage_errors(cases, key.expose());
}

#[test]
fn an_invalid_value_of_any_variable_exits_with_2() {
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
fn switch_variables_accept_true_false_1_and_0() {
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
fn commands_without_a_reachable_database_exit_with_1_and_show_no_password() {
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
fn serve_waits_for_an_unreachable_database_until_a_signal() {
    let args = ["serve", "--listen", "127.0.0.1:0", "--log-format", "json"];
    let variables = [
        ("DATABASE_URL", PLANTED_URL),
        ("CUSTOMERS_MASTER_KEY_FILE", master_key_file()),
    ];
    let mut child = customers(&args, &variables).spawn().unwrap();
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
fn a_port_in_use_is_named_in_the_error() {
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
