//! Containers and networks that do not outlive the test run.

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

/// The most that pulling an image and the first start may take together.
const STARTED_WITHIN: Duration = Duration::from_mins(2);

/// Each test has a runtime of its own, and a connection to the engine dies with the one that made it.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime for the Docker client")
});

/// More than once, since one that was asked for at the end may still appear.
const CLEAR_CONTAINER: &str = r#"
for delay in 0 1 2; do
    sleep $delay
    docker rm -fv "$1"
done
"#;

/// A container, removed with its volumes when the value is dropped, and when the test process dies.
pub struct Container<I: Image> {
    inner: Option<Arc<ContainerAsync<I>>>,
    reaper: Option<Reaper>,
}

impl<I: Image + 'static> Container<I> {
    /// Starts a container of that name and waits until the image says that it is ready.
    ///
    /// # Errors
    /// Why it did not start. Without the `docker` command there is none, since nothing would remove it.
    pub async fn start(name: &str, request: ContainerRequest<I>) -> Result<Self, String> {
        docker(&["version"])?;
        let reaper =
            Reaper::new(CLEAR_CONTAINER, &[OsStr::new(name)]).map_err(|e| e.to_string())?;
        let request = request.with_container_name(name);
        let started = RUNTIME.spawn(tokio::time::timeout(STARTED_WITHIN, request.start()));
        let container = started
            .await
            .expect("the Docker client does not panic")
            .map_err(|_| format!("no container within {STARTED_WITHIN:?}"))?
            .map_err(|error| error.to_string())?;
        Ok(Self {
            inner: Some(Arc::new(container)),
            reaper: Some(reaper),
        })
    }

    /// Asks it to end, and kills it after that many seconds.
    pub async fn stop(&self, grace: u16) {
        let grace = Some(i32::from(grace));
        self.ask(|container| async move { container.stop_with_timeout(grace).await })
            .await;
    }

    /// Starts it again after its end.
    pub async fn restart(&self) {
        self.ask(|container| async move { container.start().await })
            .await;
    }

    /// Takes all processor time from it.
    pub async fn pause(&self) {
        self.ask(|container| async move { container.pause().await })
            .await;
    }

    /// Undoes [`Container::pause`].
    pub async fn unpause(&self) {
        self.ask(|container| async move { container.unpause().await })
            .await;
    }

    /// The exit code of one that has ended.
    pub async fn exit_code(&self) -> Option<i64> {
        self.ask(|container| async move { container.exit_code().await })
            .await
    }

    /// All that it ever wrote to standard output.
    pub async fn stdout(&self) -> String {
        let output = self.ask(|container| async move { container.stdout_to_vec().await });
        String::from_utf8_lossy(&output.await).into_owned()
    }

    /// All that it ever wrote to standard error.
    pub async fn stderr(&self) -> String {
        let output = self.ask(|container| async move { container.stderr_to_vec().await });
        String::from_utf8_lossy(&output.await).into_owned()
    }

    async fn ask<T, F>(&self, question: impl FnOnce(Arc<ContainerAsync<I>>) -> F) -> T
    where
        T: Send + 'static,
        F: Future<Output = EngineResult<T>> + Send + 'static,
    {
        let container = self.inner.clone().expect("there until it is dropped");
        let asked = RUNTIME.spawn(question(container)).await;
        asked
            .expect("the Docker client does not panic")
            .expect("the Docker engine does it")
    }
}

impl<I: Image> Drop for Container<I> {
    fn drop(&mut self) {
        let Some(container) = self.inner.take().and_then(Arc::into_inner) else {
            return;
        };
        // The thread that drops this may be driving a runtime, and must not wait inside of it.
        let removed = std::thread::scope(|scope| {
            let removed = scope.spawn(|| RUNTIME.block_on(container.rm()));
            removed.join()
        });
        // Where it is still there, the reaper tries again.
        if let (Ok(Ok(())), Some(reaper)) = (removed, self.reaper.take()) {
            reaper.dismiss();
        }
    }
}

/// Publishes a port of the container on a free port of 127.0.0.1, which stays the same when it is
/// started again.
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

/// A private network. It goes when the value is dropped, or the test process dies, together with every
/// container that is still on it.
pub struct Network {
    name: String,
    _reaper: Reaper,
}

/// The containers first, since a network that is in use stays. Again and again, since others remove
/// containers at the same time, and one that was asked for at the end may still appear.
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
    /// Makes a network.
    ///
    /// # Errors
    /// Why the engine did not.
    pub fn new() -> Result<Self, String> {
        let name = format!("customers-{}-{}", std::process::id(), free_port());
        let reaper = Reaper::new(CLEAR_NETWORK, &[OsStr::new(&name)]).map_err(|e| e.to_string())?;
        docker(&["network", "create", &name])?;
        Ok(Self {
            name,
            _reaper: reaper,
        })
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Whether the engine has an image.
///
/// # Errors
/// Why it has not, or does not answer.
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
