use clap::FromArgMatches as _;
use customers_domain::Scope;

use super::*;
use crate::modules::Modules;

/// The command line of the program `customers`.
fn definition() -> clap::Command {
    let info = customers_adapter_http::SERVICE_INFO;
    let modules = Modules::default();
    let catalog = modules.catalog(info.clone()).unwrap();
    super::definition("customers", info.version, &catalog, &modules).unwrap()
}

mod configuration;

/// Returns the definition without variables, so that the environment of the tests has no effect.
fn without_environment(command: clap::Command) -> clap::Command {
    command
        .mut_args(|arg| arg.env(clap::builder::Resettable::Reset))
        .mut_subcommands(without_environment)
}

fn parse(line: &str) -> Result<Command, clap::Error> {
    let matches = without_environment(definition()).try_get_matches_from(line.split(' '))?;
    Cli::from_arg_matches(&matches).map(|cli| cli.command)
}

fn serve(flags: &str) -> ServeArgs {
    match parse(format!("customers serve {flags}").trim_end()) {
        Ok(Command::Serve(args)) => *args,
        other => panic!("{flags}: {other:?}"),
    }
}

#[test]
fn the_definitions_are_consistent() {
    definition().debug_assert();
}

#[test]
fn help_shows_no_values_of_variables() {
    fn flags(command: &clap::Command) -> usize {
        for arg in command.get_arguments() {
            assert!(arg.is_hide_env_values_set(), "{}", arg.get_id());
        }
        let below: usize = command.get_subcommands().map(flags).sum();
        command.get_arguments().count() + below
    }
    assert!(flags(&definition()) > 20);
}

#[test]
fn every_flag_of_serve_has_its_documented_variable_and_default() {
    let command = definition();
    let serve = command.find_subcommand("serve").unwrap();
    let mut table: Vec<_> = serve
        .get_arguments()
        .filter(|arg| arg.get_id() != "help")
        .map(|arg| {
            let takes_a_value = arg.get_action().takes_values();
            let default = arg.get_default_values().first().filter(|_| takes_a_value);
            (
                arg.get_long().unwrap(),
                arg.get_env().unwrap().to_str().unwrap(),
                default.map(|value| value.to_str().unwrap()),
            )
        })
        .collect();
    table.sort_unstable();
    assert_eq!(
        table,
        [
            (
                "allow-unsafe-durability",
                "CUSTOMERS_ALLOW_UNSAFE_DURABILITY",
                None
            ),
            ("create-batch", "CUSTOMERS_CREATE_BATCH", Some("128")),
            (
                "database-connections",
                "CUSTOMERS_DATABASE_CONNECTIONS",
                Some("16")
            ),
            ("database-timeout", "CUSTOMERS_DATABASE_TIMEOUT", Some("5s")),
            ("database-url", "DATABASE_URL", None),
            ("drain-delay", "CUSTOMERS_DRAIN_DELAY", Some("2s")),
            ("erasure-after", "CUSTOMERS_ERASURE_AFTER", None),
            ("in-memory", "CUSTOMERS_IN_MEMORY", None),
            (
                "kyc-required",
                "CUSTOMERS_KYC_REQUIRED",
                Some("individual,business")
            ),
            ("listen", "CUSTOMERS_LISTEN", Some("127.0.0.1:8080")),
            ("log-format", "CUSTOMERS_LOG_FORMAT", None),
            ("master-key-file", "CUSTOMERS_MASTER_KEY_FILE", None),
            ("master-key-vault", "CUSTOMERS_MASTER_KEY_VAULT", None),
            ("max-connections", "CUSTOMERS_MAX_CONNECTIONS", Some("1000")),
            ("memory-limit", "CUSTOMERS_MEMORY_LIMIT", Some("1GiB")),
            ("metrics-listen", "CUSTOMERS_METRICS_LISTEN", None),
            ("migrate", "CUSTOMERS_MIGRATE", None),
            ("otlp-endpoint", "OTEL_EXPORTER_OTLP_ENDPOINT", None),
            ("pooler", "CUSTOMERS_POOLER", None),
            ("rate-limit", "CUSTOMERS_RATE_LIMIT", None),
        ]
    );
}

#[test]
fn serve_without_flags_has_the_documented_settings() {
    let args = serve("");
    assert_eq!(args.listen, "127.0.0.1:8080".parse().unwrap());
    assert!(args.database.url.given().is_none());
    assert_eq!(args.database.pooler, None);
    assert_eq!(args.database.database_timeout, Duration::from_secs(5));
    assert_eq!(args.database_connections.get(), 16);
    assert_eq!(args.create_batch.get(), 128);
    assert_eq!(args.memory_limit, 1 << 30);
    assert!(!args.in_memory && !args.migrate && !args.allow_unsafe_durability);
    assert_eq!(
        args.kyc_required,
        values::kyc_policy("individual,business").unwrap()
    );
    assert_eq!(args.rate_limit, None);
    assert_eq!(args.max_connections.get(), 1000);
    assert_eq!(args.drain_delay, Duration::from_secs(2));
    assert!(args.otlp_endpoint.is_none());
    assert_eq!(args.log_format, None);
}

#[test]
fn each_flag_of_serve_is_read() {
    assert_eq!(serve("--listen [::1]:0").listen, "[::1]:0".parse().unwrap());
    let url = serve("--database-url postgres://db.example.com/x")
        .database
        .url;
    assert_eq!(
        url.given().unwrap().expose_secret(),
        "postgres://db.example.com/x"
    );
    assert!(serve("--database-url=").database.url.is_blank());
    assert_eq!(
        serve("--pooler transaction").database.pooler,
        Some(Pooler::Transaction)
    );
    assert_eq!(
        serve("--database-timeout 750ms").database.database_timeout,
        Duration::from_millis(750)
    );
    assert_eq!(
        serve("--database-connections 4").database_connections.get(),
        4
    );
    assert_eq!(serve("--create-batch 1").create_batch.get(), 1);
    let vault = serve("--master-key-vault customers").master_key_vault;
    assert_eq!(vault.as_deref(), Some("customers"));
    assert!(serve("--in-memory").in_memory);
    assert_eq!(serve("--memory-limit 2MiB").memory_limit, 2 << 20);
    assert!(serve("--migrate").migrate);
    assert!(serve("--allow-unsafe-durability").allow_unsafe_durability);
    assert_eq!(
        serve("--kyc-required none").kyc_required,
        KycPolicy::verifying(&[])
    );
    assert_eq!(
        serve("--rate-limit 50").rate_limit.map(NonZeroU32::get),
        Some(50)
    );
    assert_eq!(serve("--max-connections 1").max_connections.get(), 1);
    assert_eq!(serve("--drain-delay 0s").drain_delay, Duration::ZERO);
    let endpoint = serve("--otlp-endpoint http://127.0.0.1:4318").otlp_endpoint;
    assert_eq!(
        endpoint.as_ref().map(SecretString::expose_secret),
        Some("http://127.0.0.1:4318")
    );
    assert_eq!(serve("--log-format json").log_format, Some(LogFormat::Json));
}

#[test]
fn scopes_are_repeated_or_separated_by_commas() {
    let line = "customers keys create --tenant acme --scope customers:read,customers:write \
                --scope customers:review,customers:erase --expires-in 90d --quiet";
    let Ok(Command::Keys(KeysCommand::Create(args))) = parse(line) else {
        panic!("not read: {line}");
    };
    assert_eq!(args.tenant.expose(), "acme");
    assert_eq!(args.scope, Scope::CUSTOMERS);
    assert_eq!(args.expires_in, Some(Duration::from_hours(90 * 24)));
    assert!(args.quiet);
}

#[test]
fn invalid_values_are_refused() {
    for wrong in [
        "serve --listen localhost",
        "serve --listen 127.0.0.1",
        "serve --memory-limit 0",
        "serve --memory-limit 1GB",
        "serve --memory-limit=",
        "serve --database-connections 3",
        "serve --database-connections many",
        "serve --create-batch 0",
        "serve --database-timeout 0s",
        "serve --database-timeout 5",
        "serve --drain-delay soon",
        "serve --erasure-after 36501d",
        "serve --erasure-after soon",
        "serve --kyc-required=",
        "serve --kyc-required person",
        "serve --rate-limit 0",
        "serve --rate-limit -1",
        "serve --max-connections 0",
        "serve --pooler session",
        "serve --log-format xml",
        "serve --no-such-flag",
        "serve something",
        "keys",
        "keys create --tenant acme",
        "keys create --scope customers:read",
        "keys create --tenant= --scope customers:read",
        "keys create --tenant acme --scope customers:*",
        "keys create --tenant acme --scope=",
        "keys create --tenant acme --scope customers:read --expires-in 500ms",
        "keys revoke",
        "events",
        "events advance",
        "events advance --by 0",
        "events advance --by -1",
        "events advance --by 1000000000001",
        "migrate now",
        "nonsense",
    ] {
        let error = parse(&format!("customers {wrong}")).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{wrong}");
    }
}
