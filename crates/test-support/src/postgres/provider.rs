use std::sync::OnceLock;

use super::{PostgresOptions, PostgresServer, docker, local};
use crate::environment::{say, variable};

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

/// A server in a container on that network, and the name that it has there; or why there is none.
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
