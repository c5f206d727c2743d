use clap::Parser as _;
use secrecy::ExposeSecret as _;

use super::*;
use crate::cli::{Cli, Command, Pooler};

/// Returns `serve` with every relevant variable as a flag, so that the environment of the tests has no effect. An
/// absent URL is removed afterwards.
fn serve(url: Option<&str>, listen: &str, in_memory: bool) -> ServeArgs {
    let url_flag = format!("--database-url={}", url.unwrap_or_default());
    let mut line = vec!["customers", "serve", "--listen", listen, &url_flag];
    if in_memory {
        line.push("--in-memory");
    }
    let Command::Serve(mut args) = Cli::try_parse_from(line).unwrap().command else {
        panic!("serve is read as something else");
    };
    (args.in_memory, args.migrate, args.database.pooler) = (in_memory, false, None);
    args.master_key_file = Some("master.key".into());
    args.master_key_vault = None;
    if url.is_none() {
        args.database.url = DatabaseUrlArg::default();
    }
    *args
}

fn usage_error(outcome: Result<StoreChoice, Failure>) -> String {
    match outcome {
        Err(Failure::Usage(message)) => message,
        other => panic!("not refused: {other:?}"),
    }
}

const URL: Option<&str> = Some("postgres://app:planted-password@db.example.com/customers");

#[test]
fn without_a_url_customers_are_kept_in_memory_on_loopback() {
    for loopback in ["127.0.0.1:8080", "127.9.9.9:0", "[::1]:8080"] {
        let choice = store_choice(&serve(None, loopback, false), None).unwrap();
        assert!(
            matches!(choice, StoreChoice::Memory { key: None }),
            "{loopback}"
        );
    }
}

#[test]
fn memory_on_a_public_address_must_be_requested() {
    let message = usage_error(store_choice(&serve(None, "0.0.0.0:80", false), None));
    assert!(message.contains("DATABASE_URL") && message.contains("--in-memory"));
    let choice = store_choice(&serve(None, "0.0.0.0:80", true), None).unwrap();
    assert!(matches!(choice, StoreChoice::Memory { .. }));
}

#[test]
fn an_empty_url_is_refused_and_does_not_mean_memory() {
    for empty in ["", " ", "\t"] {
        for in_memory in [false, true] {
            let args = serve(Some(empty), "127.0.0.1:80", in_memory);
            assert!(usage_error(store_choice(&args, None)).contains("empty"));
        }
    }
}

#[test]
fn a_url_means_postgres_on_any_address() {
    let choice = store_choice(&serve(URL, "0.0.0.0:80", false), None).unwrap();
    let StoreChoice::Postgres { url, master_key } = choice else {
        panic!("not Postgres");
    };
    assert_eq!(Some(url.expose_secret()), URL);
    assert_eq!(master_key, MasterKeyPlace::File("master.key".into()));
}

#[test]
fn a_database_needs_a_master_key_and_memory_does_not() {
    for none in [None, Some(PathBuf::new())] {
        let mut args = serve(URL, "127.0.0.1:80", false);
        args.master_key_file = none.clone();
        let message = usage_error(store_choice(&args, None));
        for command in [
            "master-key create --output",
            "serve --master-key-file",
            "serve --master-key-vault",
        ] {
            assert!(message.contains(command), "{message}");
        }
        let mut args = serve(None, "127.0.0.1:80", false);
        args.master_key_file = none;
        assert!(store_choice(&args, None).is_ok());
    }
}

#[test]
fn a_master_key_is_in_a_file_or_in_a_vault_but_not_in_both() {
    let mut args = serve(URL, "127.0.0.1:80", false);
    args.master_key_vault = Some("customers".into());
    assert!(usage_error(store_choice(&args, None)).contains("exclude"));
    args.master_key_file = Some(PathBuf::new());
    let choice = store_choice(&args, None).unwrap();
    let StoreChoice::Postgres { master_key, .. } = choice else {
        panic!("not Postgres");
    };
    let name = KeyName::parse("customers").unwrap();
    assert_eq!(master_key, MasterKeyPlace::Vault(name));

    args.master_key_vault = Some("keys/customers".into());
    assert!(usage_error(store_choice(&args, None)).contains("transit key"));
    args.master_key_vault = Some(String::new());
    assert!(usage_error(store_choice(&args, None)).contains("needs a master key"));
    args.master_key_file = Some("master.key".into());
    assert!(store_choice(&args, None).is_ok());
}

#[test]
fn memory_and_a_database_exclude_each_other() {
    let message = usage_error(store_choice(&serve(URL, "127.0.0.1:80", true), None));
    assert!(message.contains("--in-memory") && !message.contains("planted-password"));
}

#[test]
fn migrations_do_not_go_through_a_pooler() {
    let mut args = serve(URL, "127.0.0.1:80", false);
    args.migrate = true;
    assert!(store_choice(&args, None).is_ok());
    args.database.pooler = Some(Pooler::Transaction);
    assert!(usage_error(store_choice(&args, None)).contains("pooler"));
}

#[test]
fn a_development_key_is_for_memory_only_and_must_be_well_formed() {
    let key = ApiKeySecret::generate().unwrap();
    let memory = serve(None, "127.0.0.1:80", false);
    let choice = store_choice(&memory, Some(key.expose())).unwrap();
    assert!(matches!(choice, StoreChoice::Memory { key: Some(taken) } if taken == key));
    let beside_a_database = store_choice(&serve(URL, "127.0.0.1:80", false), Some(key.expose()));
    assert!(!usage_error(beside_a_database).contains(key.expose()));
    for malformed in ["", "ck_planted", &key.expose()[1..]] {
        let message = usage_error(store_choice(&memory, Some(malformed)));
        assert_eq!(
            message,
            "CUSTOMERS_DEV_API_KEY: this is not an API key of this service"
        );
    }
}

#[test]
fn a_command_that_needs_a_database_refuses_to_run_without_one() {
    let absent = required_url(&DatabaseUrlArg::default()).unwrap_err();
    assert!(absent.to_string().contains("needs a database"));
    let given = required_url(&serve(URL, "127.0.0.1:80", false).database.url).unwrap();
    assert_eq!(Some(given.expose_secret()), URL);
}
