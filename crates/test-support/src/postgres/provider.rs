use std::sync::OnceLock;

use super::{PostgresOptions, PostgresServer, docker, local};
use crate::environment::{say, variable};

const DEFAULT_IMAGE: &str = "postgres:17";

const NONE: &str = "no Postgres is available for the tests. Do one of these:
- start Docker with the image, or with access to pull it (TEST_POSTGRES_IMAGE, default postgres:17);
- install Postgres 15 or newer (Debian, Ubuntu: apt-get install postgresql; macOS: brew install postgresql);
- point TEST_DATABASE_URL at a server, with a role that may create databases.";

/// Source of a server.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Provider {
    Url,
    Docker,
    Local,
}

/// Returns the provider of `TEST_POSTGRES_PROVIDER`.
fn requested() -> Option<Provider> {
    let name = variable("TEST_POSTGRES_PROVIDER")?;
    Some(match name.as_str() {
        "url" => Provider::Url,
        "docker" => Provider::Docker,
        "local" => Provider::Local,
        _ => panic!("TEST_POSTGRES_PROVIDER must be url, docker or local"),
    })
}

pub(super) async fn shared() -> PostgresServer {
    let requested = requested();
    let url = variable("TEST_DATABASE_URL");
    match (url, requested) {
        (Some(url), None | Some(Provider::Url)) => {
            report("TEST_DATABASE_URL");
            let server = PostgresServer::new(url, None);
            server.ready().await;
            server.drop_stale_databases().await;
            server
        }
        (None, Some(Provider::Url)) => panic!("TEST_DATABASE_URL is not set"),
        _ => own(&PostgresOptions::new()).await,
    }
}

pub(super) async fn own(options: &PostgresOptions) -> PostgresServer {
    /// Reason why Docker cannot be used. It is tried once.
    static NO_DOCKER: OnceLock<String> = OnceLock::new();
    let requested = requested();
    if requested != Some(Provider::Local) && NO_DOCKER.get().is_none() {
        let image = image();
        match docker::start(&image, options, None).await {
            Ok((server, _)) => {
                report(&format!("{image} in Docker"));
                return server;
            }
            Err(reason) => {
                let _ = NO_DOCKER.set(reason);
            }
        }
    }
    let no_docker = NO_DOCKER.get().map_or("not tried", String::as_str);
    assert!(
        requested != Some(Provider::Docker),
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

/// Starts a server in a container on a network, and returns it with its host name. Returns the reason if it cannot be
/// started.
pub(super) async fn in_network(
    network: &str,
    options: &PostgresOptions,
) -> Result<(PostgresServer, String), String> {
    let image = image();
    let started = docker::start(&image, options, Some(network)).await?;
    report(&format!("{image} in Docker"));
    Ok(started)
}

fn image() -> String {
    variable("TEST_POSTGRES_IMAGE").unwrap_or_else(|| DEFAULT_IMAGE.to_owned())
}

fn report(what: &str) {
    say(&format!("Postgres for the tests: {what}"));
}
