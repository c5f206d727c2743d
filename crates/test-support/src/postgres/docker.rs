use async_trait::async_trait;
use testcontainers::{ContainerRequest, ImageExt as _};
use testcontainers_modules::postgres::Postgres;

use super::{Engine, PostgresOptions, PostgresServer};
use crate::docker::{Container, publish};

const PORT: u16 = 5432;
/// Seconds after which a stopping server is killed.
const GRACE: u16 = 30;

/// Starts a server in a container, optionally on a network, and returns it with its host name there. Returns the
/// reason if it cannot be started.
pub(super) async fn start(
    image: &str,
    options: &PostgresOptions,
    network: Option<&str>,
) -> Result<(PostgresServer, String), String> {
    let (image, tag) = image.rsplit_once(':').unwrap_or((image, "latest"));
    let request: ContainerRequest<Postgres> = Postgres::default()
        .with_host_auth()
        .with_name(image)
        .with_tag(tag)
        .with_cmd(options.arguments());
    let request = match network {
        Some(network) => request.with_network(network),
        None => request,
    };
    let (request, port) = publish(request, PORT);
    let name = format!("customers-postgres-{}-{port}", std::process::id());
    let container = Container::start(&name, request).await?;
    let server = PostgresServer::new(
        format!("postgres://postgres:postgres@127.0.0.1:{port}/postgres"),
        Some(Box::new(container)),
    );
    server.ready().await;
    Ok((server, name))
}

#[async_trait]
impl Engine for Container<Postgres> {
    async fn stop(&self) {
        self.stop(GRACE).await;
    }

    async fn start(&self) {
        self.restart().await;
    }

    async fn kill(&self) {
        // With a grace period of zero the engine sends SIGKILL to every process.
        self.stop(0).await;
    }

    async fn freeze(&self) {
        self.pause().await;
    }

    async fn thaw(&self) {
        self.unpause().await;
    }

    async fn log(&self) -> String {
        self.stdout().await + &self.stderr().await
    }
}
