use std::ffi::OsStr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use testcontainers::bollard::models::PortBinding;
use testcontainers::core::IntoContainerPort as _;
use testcontainers::runners::AsyncRunner as _;
use testcontainers::{ContainerAsync, ImageExt as _};
use testcontainers_modules::postgres::Postgres;
use tokio::runtime::Runtime;

use super::ports::free_port;
use super::reaper::Reaper;
use super::{Engine, PostgresOptions, PostgresServer};

/// The most that pulling the image and the first start may take together.
const STARTED_WITHIN: Duration = Duration::from_mins(2);
const PORT: u16 = 5432;

/// Each test has a runtime of its own, and a connection to the engine dies with the one that made it.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime for the Docker client")
});

/// A server in a container.
struct Docker {
    container: Option<Arc<ContainerAsync<Postgres>>>,
    /// The client's own watchdog hears SIGINT and SIGTERM; this hears `kill -9` too, where there is a
    /// `docker` command.
    _reaper: Option<Reaper>,
}

/// Starts a server, or says why there is none.
pub(super) async fn start(
    image: &str,
    options: &PostgresOptions,
) -> Result<PostgresServer, String> {
    let port = free_port();
    let name = format!("customers-postgres-{}-{port}", std::process::id());
    let reaper = Reaper::new("docker rm -fv \"$1\"", &[OsStr::new(&name)]).ok();
    let (image, tag) = image.rsplit_once(':').unwrap_or((image, "latest"));
    let request = Postgres::default()
        .with_host_auth()
        .with_name(image)
        .with_tag(tag)
        .with_container_name(&name)
        .with_mapped_port(port, PORT.tcp())
        .with_host_config_modifier(move |config| {
            let binding = PortBinding {
                host_ip: Some("127.0.0.1".to_owned()),
                host_port: Some(port.to_string()),
            };
            config.port_bindings = Some([(format!("{PORT}/tcp"), Some(vec![binding]))].into());
        })
        .with_cmd(options.arguments());
    let started = RUNTIME.spawn(tokio::time::timeout(STARTED_WITHIN, request.start()));
    let container = started
        .await
        .expect("the Docker client does not panic")
        .map_err(|_| format!("no container within {STARTED_WITHIN:?}"))?
        .map_err(|error| error.to_string())?;
    let docker = Docker {
        container: Some(Arc::new(container)),
        _reaper: reaper,
    };
    let server = PostgresServer::new(
        format!("postgres://postgres:postgres@127.0.0.1:{port}/postgres"),
        Some(Box::new(docker)),
    );
    server.ready().await;
    Ok(server)
}

impl Docker {
    async fn ask<T, F>(&self, question: impl FnOnce(Arc<ContainerAsync<Postgres>>) -> F) -> T
    where
        T: Send + 'static,
        F: Future<Output = testcontainers::core::error::Result<T>> + Send + 'static,
    {
        let container = self.container.clone().expect("there until it is dropped");
        let asked = RUNTIME.spawn(question(container)).await;
        asked
            .expect("the Docker client does not panic")
            .expect("the Docker engine does it")
    }
}

#[async_trait]
impl Engine for Docker {
    async fn stop(&self) {
        self.ask(|container| async move { container.stop().await })
            .await;
    }

    async fn start(&self) {
        self.ask(|container| async move { container.start().await })
            .await;
    }

    async fn kill(&self) {
        // Without a second of grace the engine sends SIGKILL to every process.
        self.ask(|container| async move { container.stop_with_timeout(Some(0)).await })
            .await;
    }

    async fn freeze(&self) {
        self.ask(|container| async move { container.pause().await })
            .await;
    }

    async fn thaw(&self) {
        self.ask(|container| async move { container.unpause().await })
            .await;
    }

    async fn log(&self) -> String {
        let output = self.ask(|container| async move {
            let mut output = container.stdout_to_vec().await?;
            output.extend(container.stderr_to_vec().await?);
            Ok(output)
        });
        String::from_utf8_lossy(&output.await).into_owned()
    }
}

impl Drop for Docker {
    fn drop(&mut self) {
        let Some(container) = self.container.take().and_then(Arc::into_inner) else {
            return;
        };
        // The thread that drops this may be driving a runtime, and must not wait inside of it.
        let removed = std::thread::spawn(move || RUNTIME.block_on(container.rm()));
        // The reaper tries again.
        let _ = removed.join();
    }
}
