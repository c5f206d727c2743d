//! Selects containers or processes.

use std::sync::OnceLock;

use customers_test_support::docker::has_image;
use customers_test_support::postgres::{PostgresOptions, PostgresServer};
use customers_test_support::{say, variable};

use super::Host;
use super::containers::Containers;
use super::processes::Processes;

const DEFAULT_IMAGE: &str = "customers:dev";

/// Reason why containers cannot be used. They are tried once.
static NO_CONTAINERS: OnceLock<String> = OnceLock::new();

/// Starts a server, and returns it with the host for instances of the program.
pub(super) async fn choose() -> (PostgresServer, Box<dyn Host>) {
    let pooler = variable("TEST_E2E_POOLER");
    let image = variable("TEST_CUSTOMERS_IMAGE").unwrap_or_else(|| DEFAULT_IMAGE.to_owned());
    let requested = variable("TEST_E2E_PROVIDER");
    match requested.as_deref() {
        Some("containers") => {
            assert_eq!(pooler, None, "PgBouncer is only supported with processes");
            match containers(&image).await {
                Ok(chosen) => chosen,
                Err(reason) => panic!("end-to-end tests cannot run in containers: {reason}"),
            }
        }
        Some("processes") => processes(pooler, "as asked").await,
        None if pooler.is_some() => processes(pooler, "for PgBouncer").await,
        None => match NO_CONTAINERS.get() {
            Some(reason) => processes(None, reason).await,
            None => match containers(&image).await {
                Ok(chosen) => chosen,
                Err(reason) => {
                    let reason = NO_CONTAINERS.get_or_init(|| format!("containers: {reason}"));
                    processes(None, reason).await
                }
            },
        },
        Some(_) => panic!("TEST_E2E_PROVIDER must be containers or processes"),
    }
}

async fn containers(image: &str) -> Result<(PostgresServer, Box<dyn Host>), String> {
    has_image(image)?;
    let (postgres, containers) = Containers::start(image, &options()).await?;
    say(&format!("end-to-end tests: containers of {image}"));
    Ok((postgres, Box::new(containers)))
}

async fn processes(pooler: Option<String>, why: &str) -> (PostgresServer, Box<dyn Host>) {
    let postgres = PostgresServer::own(&options()).await;
    let processes = Processes::start(&postgres, pooler.as_deref()).await;
    let pooler = pooler.map_or(String::new(), |mode| {
        format!(" behind PgBouncer, {mode} mode")
    });
    say(&format!("end-to-end tests: processes{pooler} ({why})"));
    (postgres, Box::new(processes))
}

/// The program refuses a server with `fsync` off.
fn options() -> PostgresOptions {
    PostgresOptions::new().durable()
}
