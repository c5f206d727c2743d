//! Checks of the database at startup.

use customers_adapter_key_file::generate;
use customers_test_support::MASTER_KEY;
use customers_test_support::postgres::{PostgresOptions, PostgresServer};
use customers_tests::{Caller, Program, bodies};
use sqlx::{Connection as _, Executor as _, PgConnection};

const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

#[tokio::test(flavor = "multi_thread")]
async fn an_outdated_schema_is_refused_and_updated_with_migrate() {
    let server = PostgresServer::shared().await;
    let database = server.empty_database().await;
    let url = database.url();
    let refused = Program::run(url, &[&SERVE[..], &["--allow-unsafe-durability"]].concat());
    assert_eq!(refused.status.code(), Some(1));
    let log = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(log.contains("behind") && log.contains("migrate"), "{log}");

    let program = Program::serve(url, &["--migrate"]).await;
    let caller = Caller::new(&program, &Program::key(url, "Acme"));
    assert_eq!(caller.create(&bodies::person(), None).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_can_run_again_and_concurrently() {
    let server = PostgresServer::shared().await;
    let database = server.empty_database().await;
    let url = database.url().to_owned();
    let running: Vec<_> = (0..4)
        .map(|_| {
            let url = url.clone();
            tokio::task::spawn_blocking(move || Program::run(&url, &["migrate"]))
        })
        .collect();
    for migration in running {
        let output = migration.await.unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let again = Program::run(&url, &["migrate"]);
    assert!(
        again.status.success(),
        "{}",
        String::from_utf8_lossy(&again.stderr)
    );
    let program = Program::serve(&url, &[]).await;
    let caller = Caller::new(&program, &Program::key(&url, "Acme"));
    assert_eq!(caller.get("/health/ready").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_durability_is_refused() {
    let server = PostgresServer::own(&PostgresOptions::new()).await;
    let database = server.empty_database().await;
    let refused = Program::run(database.url(), &[&SERVE[..], &["--migrate"]].concat());
    assert_eq!(refused.status.code(), Some(1));
    let log = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        log.contains("fsync") && log.contains("full_page_writes"),
        "{log}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_in_another_encoding_is_refused() {
    let server = PostgresServer::own(&PostgresOptions::new()).await;
    let mut operator = PgConnection::connect(server.url()).await.unwrap();
    operator
        .execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
        .await
        .unwrap();
    let database = server.empty_database().await;
    let url = database.url().replace(database.name(), "latin");
    for args in [
        &["serve", "--allow-unsafe-durability"][..],
        &["migrate"],
        &["keys", "list"],
    ] {
        let refused = Program::run(&url, args);
        assert_eq!(refused.status.code(), Some(1), "{args:?}");
        let log = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(log.contains("LATIN1") && log.contains("UTF8"), "{log}");
    }
}

/// A key file of that text with those permissions, and the folder that it goes with.
fn key_file(text: &str, mode: u32) -> (tempfile::TempDir, String) {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    (folder, path.to_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_key_that_does_not_open_the_database_ends_the_program() {
    let database = PostgresServer::shared().await.empty_database().await;
    drop(Program::serve(database.url(), &["--migrate"]).await);
    let other = generate().unwrap();
    let (_folder, path) = key_file(&other, 0o600);
    let flags = ["--allow-unsafe-durability", "--master-key-file", &path];
    let refused = Program::run(database.url(), &[&SERVE[..], &flags].concat());
    assert_eq!(refused.status.code(), Some(1));
    let log = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        log.contains("the master key does not open this database"),
        "{log}"
    );
    assert!(!log.contains("cmk_"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_key_that_others_can_read_is_a_warning() {
    let database = PostgresServer::shared().await.empty_database().await;
    for (mode, warns) in [(0o600, false), (0o644, true)] {
        let (_folder, path) = key_file(MASTER_KEY, mode);
        let flags = ["--migrate", "--master-key-file", &path];
        let program = Program::serve(database.url(), &flags).await;
        let log = program.log();
        assert_eq!(log.contains("others can read"), warns, "{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_an_unreleased_version_is_refused_and_left_as_it_is() {
    let database = PostgresServer::shared().await.empty_database().await;
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    connection
        .execute(
            "CREATE TABLE _sqlx_migrations (
                version bigint PRIMARY KEY, description text NOT NULL,
                installed_on timestamptz NOT NULL DEFAULT now(), success boolean NOT NULL,
                checksum bytea NOT NULL, execution_time bigint NOT NULL
            );
            INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
            VALUES (20261123100000, 'create customers', true, '', 0)",
        )
        .await
        .unwrap();
    let serve = [&SERVE[..], &["--allow-unsafe-durability", "--migrate"]].concat();
    for command in [&["migrate"][..], &serve] {
        let refused = Program::run(database.url(), command);
        assert_eq!(refused.status.code(), Some(1), "{command:?}");
        let log = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(log.contains("unreleased version"), "{log}");
        assert!(log.contains("create a new database"), "{log}");
    }
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    let tables: i64 = sqlx::query_scalar(tables)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(tables, 1);
}
