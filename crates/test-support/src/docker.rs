//! Containers and networks that are removed at the end of the test run.

use std::ffi::OsStr;
use std::fmt::Display;
use std::process::Command;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use testcontainers::bollard::models::PortBinding;
use testcontainers::core::IntoContainerPort as _;
use testcontainers::core::error::Result as EngineResult;
use testcontainers::runners::AsyncRunner as _;
use testcontainers::{ContainerAsync, ContainerRequest, Image, ImageExt as _};
use tokio::runtime::Runtime;

use crate::free_port;
use crate::reaper::Reaper;

/// Maximum time to pull an image and start the container.
const START_TIMEOUT: Duration = Duration::from_mins(2);

/// Runtime of the Docker client. The runtime of a test would close the client's connections when it ends.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime for the Docker client")
});

/// Removes a container. Repeats, because a container that was requested last may appear later.
const CLEAR_CONTAINER: &str = r#"
for delay in 0 1 2; do
    sleep $delay
    docker rm -fv "$1"
done
"#;

/// A container. It is removed with its volumes when the value is dropped or the test process ends.
pub struct Container<I: Image> {
    inner: Option<Arc<ContainerAsync<I>>>,
    reaper: Option<Reaper>,
}

impl<I: Image + 'static> Container<I> {
    /// Starts a container with the given name and waits until it is ready.
    ///
    /// # Errors
    /// Returns the reason why it did not start. The `docker` command must exist, because it removes the container.
    pub async fn start(name: &str, request: ContainerRequest<I>) -> Result<Self, String> {
        docker(&["version"])?;
        let reaper =
            Reaper::new(CLEAR_CONTAINER, &[OsStr::new(name)]).map_err(|e| e.to_string())?;
        let request = request.with_container_name(name);
        let started = RUNTIME.spawn(tokio::time::timeout(START_TIMEOUT, request.start()));
        let container = started
            .await
            .expect("the Docker client does not panic")
            .map_err(|_| format!("no container within {START_TIMEOUT:?}"))?
            .map_err(|error| error.to_string())?;
        Ok(Self {
            inner: Some(Arc::new(container)),
            reaper: Some(reaper),
        })
    }

    /// Stops the container, and kills it after `grace` seconds.
    pub async fn stop(&self, grace: u16) {
        let grace = Some(i32::from(grace));
        self.request(|container| async move { container.stop_with_timeout(grace).await })
            .await;
    }

    /// Starts the stopped container again.
    pub async fn restart(&self) {
        self.request(|container| async move { container.start().await })
            .await;
    }

    /// Suspends all processes of the container.
    pub async fn pause(&self) {
        self.request(|container| async move { container.pause().await })
            .await;
    }

    /// Resumes the container after [`Container::pause`].
    pub async fn unpause(&self) {
        self.request(|container| async move { container.unpause().await })
            .await;
    }

    /// Returns the exit code of a container that has ended.
    pub async fn exit_code(&self) -> Option<i64> {
        self.request(|container| async move { container.exit_code().await })
            .await
    }

    /// Returns everything that it wrote to standard output.
    pub async fn stdout(&self) -> String {
        let output = self.request(|container| async move { container.stdout_to_vec().await });
        String::from_utf8_lossy(&output.await).into_owned()
    }

    /// Returns everything that it wrote to standard error.
    pub async fn stderr(&self) -> String {
        let output = self.request(|container| async move { container.stderr_to_vec().await });
        String::from_utf8_lossy(&output.await).into_owned()
    }

    async fn request<T, F>(&self, request: impl FnOnce(Arc<ContainerAsync<I>>) -> F) -> T
    where
        T: Send + 'static,
        F: Future<Output = EngineResult<T>> + Send + 'static,
    {
        let container = self
            .inner
            .clone()
            .expect("the container exists until it is dropped");
        let result = RUNTIME.spawn(request(container)).await;
        result
            .expect("the Docker client does not panic")
            .expect("the Docker engine succeeds")
    }
}

impl<I: Image> Drop for Container<I> {
    fn drop(&mut self) {
        let Some(container) = self.inner.take().and_then(Arc::into_inner) else {
            return;
        };
        // The current thread may drive a runtime, which it must not block.
        let removed = std::thread::scope(|scope| {
            let removed = scope.spawn(|| RUNTIME.block_on(container.rm()));
            removed.join()
        });
        // If this fails, the reaper removes it.
        if let (Ok(Ok(())), Some(reaper)) = (removed, self.reaper.take()) {
            reaper.dismiss();
        }
    }
}

/// Publishes a port of the container on a free port of 127.0.0.1, which stays the same after a restart.
/// Returns the request and the free port.
pub fn publish<I: Image>(request: ContainerRequest<I>, port: u16) -> (ContainerRequest<I>, u16) {
    let host_port = free_port();
    let request = request
        .with_mapped_port(host_port, port.tcp())
        .with_host_config_modifier(move |config| {
            let binding = PortBinding {
                host_ip: Some("127.0.0.1".to_owned()),
                host_port: Some(host_port.to_string()),
            };
            config.port_bindings = Some([(format!("{port}/tcp"), Some(vec![binding]))].into());
        });
    (request, host_port)
}

/// A private network. It is removed, with every container on it, when the value is dropped or the test
/// process ends.
pub struct Network {
    name: String,
    _reaper: Reaper,
}

/// Removes a network after its containers, because a network in use cannot be removed. Repeats, because others
/// remove containers at the same time, and a container that was requested last may appear later.
const CLEAR_NETWORK: &str = r#"
tries=0
while [ $tries -lt 100 ]; do
    docker ps --all --quiet --filter "network=$1" | xargs -r docker rm -fv
    docker network rm "$1" && break
    docker network inspect "$1" || break
    sleep 0.2
    tries=$((tries + 1))
done
"#;

impl Network {
    /// Creates a network.
    ///
    /// # Errors
    /// Returns the reason why the engine did not create it.
    pub fn new() -> Result<Self, String> {
        let name = format!("customers-{}-{}", std::process::id(), free_port());
        let reaper = Reaper::new(CLEAR_NETWORK, &[OsStr::new(&name)]).map_err(|e| e.to_string())?;
        docker(&["network", "create", &name])?;
        Ok(Self {
            name,
            _reaper: reaper,
        })
    }

    /// Returns its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Checks that the engine has an image.
///
/// # Errors
/// Returns the reason if it does not, or if it cannot be reached.
pub fn has_image(image: &str) -> Result<(), String> {
    docker(&["image", "inspect", image])
}

fn docker(arguments: &[&str]) -> Result<(), String> {
    let failed = |reason: &dyn Display| format!("docker {}: {reason}", arguments.join(" "));
    let output = Command::new("docker")
        .args(arguments)
        .output()
        .map_err(|error| failed(&error))?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed(&String::from_utf8_lossy(&output.stderr).trim()))
}
