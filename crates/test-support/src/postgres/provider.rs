use std::io::Write as _;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::{PostgresOptions, PostgresServer, docker, local};

const DEFAULT_IMAGE: &str = "postgres:17";

const NONE: &str = "there is no Postgres for the tests. Do one of these:
- start Docker, and let it have or pull the image (TEST_POSTGRES_IMAGE, default postgres:17);
- install Postgres 14 or newer (Debian, Ubuntu: apt-get install postgresql; macOS: brew install postgresql);
- point TEST_DATABASE_URL at a server, with a role that may create databases.";

/// Where a server may come from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Provider {
    Url,
    Docker,
    Local,
}

/// What the environment says; an empty value is none.
#[expect(
    clippy::disallowed_methods,
    reason = "tests have no command line of their own; all of their variables are read here"
)]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The one that `TEST_POSTGRES_PROVIDER` asks for.
fn forced() -> Option<Provider> {
    let name = variable("TEST_POSTGRES_PROVIDER")?;
    Some(match name.as_str() {
        "url" => Provider::Url,
        "docker" => Provider::Docker,
        "local" => Provider::Local,
        _ => panic!("TEST_POSTGRES_PROVIDER is one of url, docker and local"),
    })
}

pub(super) async fn shared() -> PostgresServer {
    let forced = forced();
    let url = variable("TEST_DATABASE_URL");
    match (url, forced) {
        (Some(url), None | Some(Provider::Url)) => {
            report("the server of TEST_DATABASE_URL");
            let server = PostgresServer::new(url, None);
            server.ready().await;
            server.drop_what_was_left_behind().await;
            server
        }
        (None, Some(Provider::Url)) => panic!("TEST_DATABASE_URL is not set"),
        _ => own(&PostgresOptions::new()).await,
    }
}

pub(super) async fn own(options: &PostgresOptions) -> PostgresServer {
    /// Why Docker is out of the question; it is asked once.
    static NO_DOCKER: OnceLock<String> = OnceLock::new();
    let forced = forced();
    if forced != Some(Provider::Local) && NO_DOCKER.get().is_none() {
        let image = variable("TEST_POSTGRES_IMAGE").unwrap_or_else(|| DEFAULT_IMAGE.to_owned());
        match docker::start(&image, options).await {
            Ok(server) => {
                report(&format!("{image} in Docker"));
                return server;
            }
            Err(reason) => {
                let _ = NO_DOCKER.set(reason);
            }
        }
    }
    let no_docker = NO_DOCKER.get().map_or("not asked", String::as_str);
    assert!(
        forced != Some(Provider::Docker),
        "no Postgres in Docker: {no_docker}"
    );
    match local::start(options).await {
        Ok((server, programs)) => {
            report(&format!("{} (Docker: {no_docker})", programs.display()));
            server
        }
        Err(reason) => panic!("{NONE}\nDocker: {no_docker}\nThis machine: {reason}"),
    }
}

/// Says what is used, once for each, past the test harness, which keeps what a passing test prints.
fn report(what: &str) {
    static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    if !said.iter().any(|earlier| earlier == what) {
        // The tests go on without their words.
        let _ = writeln!(std::io::stderr(), "Postgres for the tests: {what}");
        said.push(what.to_owned());
    }
}
