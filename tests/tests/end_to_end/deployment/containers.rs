//! Runs the service and Postgres in containers on a private network.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use customers_test_support::MASTER_KEY;
use customers_test_support::docker::{Container, Network, publish};
use customers_test_support::postgres::{PostgresOptions, PostgresServer};
use testcontainers::core::WaitFor;
use testcontainers::core::wait::ExitWaitStrategy;
use testcontainers::{ContainerRequest, GenericImage, ImageExt as _};

use super::{Finished, Host, Role, Running};

const PORT: u16 = 8080;
/// Seconds until a stopping instance is killed: more than the time limit of requests.
const GRACE: u16 = 40;

/// The image of the program, on a network with a Postgres.
pub(super) struct Containers {
    network: Network,
    image: String,
    postgres: String,
    started: AtomicU32,
}

impl Containers {
    /// Starts a Postgres. Returns the reason if it cannot be started.
    pub(super) async fn start(
        image: &str,
        options: &PostgresOptions,
    ) -> Result<(PostgresServer, Self), String> {
        let network = Network::new()?;
        let (server, postgres) = PostgresServer::in_network(network.name(), options).await?;
        let containers = Self {
            network,
            image: image.to_owned(),
            postgres,
            started: AtomicU32::new(0),
        };
        Ok((server, containers))
    }

    fn request(
        &self,
        wait: Option<WaitFor>,
        url: &str,
        args: &[&str],
    ) -> ContainerRequest<GenericImage> {
        let (image, tag) = self
            .image
            .rsplit_once(':')
            .unwrap_or((&self.image, "latest"));
        let image = GenericImage::new(image, tag);
        let image = match wait {
            Some(wait) => image.with_wait_for(wait),
            None => image,
        };
        image
            .with_network(self.network.name())
            .with_env_var("DATABASE_URL", url)
            .with_env_var("CUSTOMERS_MASTER_KEY_FILE", MASTER_KEY_PATH)
            .with_copy_to(MASTER_KEY_PATH, MASTER_KEY.as_bytes().to_vec())
            .with_cmd(args.iter().copied())
    }

    async fn container(&self, request: ContainerRequest<GenericImage>) -> Container<GenericImage> {
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{number}", self.network.name());
        match Container::start(&name, request).await {
            Ok(container) => container,
            Err(reason) => panic!("the program did not start: {reason}"),
        }
    }
}

/// Where the program finds the master key in a container.
const MASTER_KEY_PATH: &str = "/keys/master.key";

#[async_trait(?Send)]
impl Host for Containers {
    fn database_url(&self, role: Role) -> String {
        format!("postgres://{}@{}/customers", role.name(), self.postgres)
    }

    async fn run(&self, url: &str, args: &[&str]) -> Finished {
        let ended = WaitFor::exit(ExitWaitStrategy::new());
        let container = self.container(self.request(Some(ended), url, args)).await;
        Finished {
            exit_code: container.exit_code().await.expect("it ended"),
            stdout: container.stdout().await,
            stderr: container.stderr().await,
        }
    }

    async fn serve(&self, url: &str, args: &[&str]) -> Box<dyn Running> {
        let args = [&["serve"], args].concat();
        let (request, port) = publish(self.request(None, url, &args), PORT);
        Box::new(Copy {
            container: self.container(request).await,
            port,
        })
    }
}

/// An instance of the program in a container.
struct Copy {
    container: Container<GenericImage>,
    port: u16,
}

#[async_trait(?Send)]
impl Running for Copy {
    fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    async fn stop(&self) -> i64 {
        self.container.stop(GRACE).await;
        self.container.exit_code().await.expect("it ended")
    }

    async fn kill(&self) {
        self.container.stop(0).await;
    }

    async fn start(&self) {
        self.container.restart().await;
    }

    async fn log(&self) -> String {
        self.container.stdout().await + &self.container.stderr().await
    }
}
