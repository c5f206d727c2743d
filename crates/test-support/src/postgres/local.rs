use std::fs::{self, DirBuilder, File};
use std::hash::{BuildHasher as _, RandomState};
use std::os::unix::fs::{DirBuilderExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use nix::sys::signal::Signal;
use nix::unistd::{Uid, User};

use super::processes::{children, send};
use super::{Engine, PostgresOptions, PostgresServer};
use crate::environment::variable;
use crate::ports::free_port;
use crate::reaper::Reaper;

/// Folder of the PostgreSQL programs of each version on Debian and Ubuntu.
const DEBIAN: &str = "/usr/lib/postgresql";
const STOP_TIMEOUT: Duration = Duration::from_secs(30);

/// Ends a server, which may be suspended, waits for its end, and removes its files. Repeats the removal, because
/// `initdb` or a starting server may create files meanwhile.
const CLEAR: &str = r#"
if read -r server <"$1/data/postmaster.pid"; then
    kill -QUIT "$server"
    kill -CONT "$server"
    tries=0
    while [ -e "$1/data/postmaster.pid" ] && [ $tries -lt 200 ]; do
        sleep 0.05
        tries=$((tries + 1))
    done
fi
tries=0
until rm -rf "$1" || [ $tries -ge 200 ]; do
    sleep 0.05
    tries=$((tries + 1))
done
"#;

/// A server that runs the PostgreSQL programs of this machine.
struct Local {
    programs: PathBuf,
    directory: PathBuf,
    account: Option<(u32, u32)>,
    arguments: Vec<String>,
    server: Mutex<Option<Child>>,
    _reaper: Reaper,
}

/// Starts a server and returns it with the folder of its programs. Returns the reason if it cannot be started.
pub(super) async fn start(options: &PostgresOptions) -> Result<(PostgresServer, PathBuf), String> {
    let programs = find_programs().ok_or("neither `initdb` nor `postgres` is installed")?;
    let account = account()?;
    // Each `RandomState` has a random seed.
    let random = RandomState::new().hash_one(std::process::id());
    let directory = std::env::temp_dir().join(format!("customers-postgres-{random:016x}"));
    // The reaper comes first, because the run may be interrupted at any point.
    let reaper = Reaper::new(CLEAR, &[directory.as_os_str()])
        .map_err(|error| format!("no shell: {error}"))?;
    DirBuilder::new()
        .mode(0o700)
        .create(&directory)
        .map_err(|error| format!("no temporary directory: {error}"))?;
    if let Some((user, group)) = account {
        chown(&directory, Some(user), Some(group)).map_err(|error| error.to_string())?;
    }
    let port = free_port();
    let mut arguments: Vec<String> = ["-D", "data", "-p", &port.to_string()]
        .map(str::to_owned)
        .into();
    for setting in ["listen_addresses=127.0.0.1", "unix_socket_directories="] {
        arguments.extend(["-c".to_owned(), setting.to_owned()]);
    }
    arguments.extend(options.arguments());
    let local = Local {
        programs: programs.clone(),
        directory,
        account,
        arguments,
        server: Mutex::default(),
        _reaper: reaper,
    };
    local.init()?;
    local.spawn();
    let server = PostgresServer::new(
        format!("postgres://postgres:postgres@127.0.0.1:{port}/postgres"),
        Some(Box::new(local)),
    );
    server.ready().await;
    Ok((server, programs))
}

/// Returns the directory with both programs: the first in the `PATH`, or otherwise the newest of Debian.
fn find_programs() -> Option<PathBuf> {
    let has_both = |directory: &PathBuf| {
        ["initdb", "postgres"]
            .iter()
            .all(|program| directory.join(program).is_file())
    };
    let path = variable("PATH").unwrap_or_default();
    if let Some(directory) = std::env::split_paths(&path).find(has_both) {
        return Some(directory);
    }
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(DEBIAN)
        .ok()?
        .filter_map(|entry| {
            let directory = entry.ok()?.path();
            let version = directory.file_name()?.to_str()?.parse().ok()?;
            Some((version, directory.join("bin")))
        })
        .filter(|(_, directory)| has_both(directory))
        .collect();
    versions.sort();
    versions.pop().map(|(_, directory)| directory)
}

/// Returns the user and group to run the server as, because Postgres refuses to run as root.
fn account() -> Result<Option<(u32, u32)>, String> {
    if !Uid::effective().is_root() {
        return Ok(None);
    }
    match User::from_name("postgres") {
        Ok(Some(user)) => Ok(Some((user.uid.as_raw(), user.gid.as_raw()))),
        _ => Err("root needs a user `postgres` to run the server as".to_owned()),
    }
}

impl Local {
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command
            .current_dir(&self.directory)
            .stdin(Stdio::null())
            .process_group(0);
        if let Some((user, group)) = self.account {
            command.uid(user).gid(group);
        }
        command
    }

    fn init(&self) -> Result<(), String> {
        let output = self
            .command("initdb")
            .args(["-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8"])
            .args(["--locale=C", "--no-sync"])
            .output()
            .map_err(|error| format!("initdb: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!(
            "initdb: {}",
            String::from_utf8_lossy(&output.stderr)
        ))
    }

    fn spawn(&self) {
        let log = || {
            File::options()
                .create(true)
                .append(true)
                .open(self.log_path())
                .expect("the server's log can be written")
        };
        let server = self
            .command("postgres")
            .args(&self.arguments)
            .stdout(log())
            .stderr(log())
            .spawn()
            .expect("postgres can be started");
        *self.server.lock().unwrap_or_else(PoisonError::into_inner) = Some(server);
    }

    fn log_path(&self) -> PathBuf {
        self.directory.join("log")
    }

    fn postmaster_pid(&self) -> i32 {
        let server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        let process = server.as_ref().expect("the server runs").id();
        i32::try_from(process).expect("a process id")
    }

    async fn wait_for_end(&self) {
        let mut server = self
            .server
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
            .expect("the server runs");
        let end = tokio::task::spawn_blocking(move || server.wait());
        tokio::time::timeout(STOP_TIMEOUT, end)
            .await
            .expect("the server ends in time")
            .expect("waiting does not panic")
            .expect("the server can be waited for");
    }
}

#[async_trait]
impl Engine for Local {
    async fn stop(&self) {
        send(self.postmaster_pid(), Signal::SIGINT);
        self.wait_for_end().await;
    }

    async fn start(&self) {
        self.spawn();
    }

    async fn kill(&self) {
        let postmaster = self.postmaster_pid();
        // While it is suspended, it starts no further children.
        send(postmaster, Signal::SIGSTOP);
        for process in children(postmaster) {
            send(process, Signal::SIGKILL);
        }
        send(postmaster, Signal::SIGKILL);
        self.wait_for_end().await;
        // Otherwise the reaper could signal another process with the same id.
        let _ = fs::remove_file(self.directory.join("data/postmaster.pid"));
    }

    async fn freeze(&self) {
        let postmaster = self.postmaster_pid();
        send(postmaster, Signal::SIGSTOP);
        for process in children(postmaster) {
            send(process, Signal::SIGSTOP);
        }
    }

    async fn thaw(&self) {
        let postmaster = self.postmaster_pid();
        for process in children(postmaster) {
            send(process, Signal::SIGCONT);
        }
        send(postmaster, Signal::SIGCONT);
    }

    async fn log(&self) -> String {
        let log = fs::read(self.log_path()).expect("the server's log can be read");
        String::from_utf8_lossy(&log).into_owned()
    }
}
