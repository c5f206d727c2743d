use std::io::Read;
use std::net::SocketAddr;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use customers_test_support::{eventually, master_key_file};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::Caller;
use crate::exposition::Exposition;
use crate::log_lines;

/// Timeout of the start and the end of the program.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Kills a process when the pipe that only the test process holds is closed.
const WATCH: &str = r#"trap '' HUP INT QUIT TERM; cat >/dev/null; kill -KILL "$1""#;

/// The real program, serving a database. It is killed when the value is dropped or the test process ends.
pub struct Program {
    child: Child,
    watch: Child,
    address: SocketAddr,
    metrics_address: Option<SocketAddr>,
    log: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
}

impl Program {
    /// Starts `customers serve` with a database on a free port, and waits until it listens.
    ///
    /// # Panics
    /// Panics if it ends before it listens.
    pub async fn serve(url: &str, args: &[&str]) -> Self {
        Self::serve_at("127.0.0.1:0", url, args).await
    }

    /// Like [`Self::serve`], with further environment variables.
    ///
    /// # Panics
    /// Panics if it ends before it listens.
    pub async fn serve_with(url: &str, args: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::start("127.0.0.1:0", url, args, variables)
            .listens()
            .await
    }

    /// Like [`Self::serve`], on a given address, so that it can be started there again.
    ///
    /// # Panics
    /// Panics if it ends before it listens.
    pub async fn serve_at(listen: &str, url: &str, args: &[&str]) -> Self {
        Self::start(listen, url, args, &[]).listens().await
    }

    /// Waits until it listens.
    async fn listens(self) -> Self {
        let mut program = self;
        let mut ended = false;
        eventually("the program listens", TIMEOUT, async || {
            let log = program.log();
            if let Some(address) = address_in(&log, "listening") {
                program.address = address;
                program.metrics_address = address_in(&log, "serving metrics");
                return true;
            }
            ended = program
                .child
                .try_wait()
                .is_ok_and(|status| status.is_some());
            ended
        })
        .await;
        assert!(!ended, "the program ended early: {}", program.log());
        program
    }

    /// Starts the program without waiting.
    fn start(listen: &str, url: &str, args: &[&str], variables: &[(&str, &str)]) -> Self {
        let listen = ["serve", "--listen", listen, "--allow-unsafe-durability"];
        let mut child = command(&[&listen, args].concat(), url)
            .envs(variables.iter().copied())
            .spawn()
            .expect("the program starts");
        let watch = Command::new("/bin/sh")
            .args(["-c", WATCH, "watch", &child.id().to_string()])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell starts");
        let log = Arc::new(Mutex::new(String::new()));
        let readers = vec![
            collect(child.stdout.take(), &log),
            collect(child.stderr.take(), &log),
        ];
        Self {
            child,
            watch,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            metrics_address: None,
            log,
            readers,
        }
    }

    /// Runs another command of the program with the database until it ends.
    pub fn run(url: &str, args: &[&str]) -> Output {
        command(args, url).output().expect("the program starts")
    }

    /// Creates a key of a tenant that can read and write, as operators do.
    pub fn key(url: &str, tenant: &str) -> String {
        Self::key_with(url, tenant, "customers:read,customers:write")
    }

    /// A new key of that tenant with those scopes.
    pub fn key_with(url: &str, tenant: &str, scope: &str) -> String {
        let output = Self::run(
            url,
            &[
                "keys", "create", "--quiet", "--tenant", tenant, "--scope", scope,
            ],
        );
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Returns the address of the service.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the address of the metrics listener.
    ///
    /// # Panics
    /// Panics if there is none.
    pub fn metrics_address(&self) -> SocketAddr {
        self.metrics_address.expect("it was told to serve metrics")
    }

    /// Returns the metrics. Polls until `enough` returns `true`, because a page is served from a cache for a moment.
    pub async fn metrics(&self, enough: impl Fn(&Exposition) -> bool) -> Exposition {
        let anyone = Caller::at(self.metrics_address(), "");
        let mut page = Exposition::default();
        eventually("the metrics are as expected", TIMEOUT, async || {
            let answer = anyone.get_without_key("/metrics").await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            page = Exposition::parse(&answer.text());
            enough(&page)
        })
        .await;
        page
    }

    /// Returns everything that it wrote to stdout and stderr.
    pub fn log(&self) -> String {
        self.log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        let process = i32::try_from(self.child.id()).expect("a process id");
        kill(Pid::from_raw(process), signal).expect("the program is there");
    }

    /// Waits until the program ends. Returns its exit status and output. Panics if the output has undocumented log
    /// lines.
    pub async fn ended(mut self) -> (ExitStatus, String) {
        let mut status = None;
        eventually("the program ends", TIMEOUT, async || {
            status = self.child.try_wait().expect("its end can be seen");
            status.is_some()
        })
        .await;
        for reader in self.readers.drain(..) {
            reader.join().expect("what it wrote can be read");
        }
        let log = self.log();
        log_lines::assert_documented(&log);
        (status.expect("it ended"), log)
    }

    /// Returns the maximum resident memory in bytes.
    pub fn peak_memory(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).expect("a Linux with /proc mounted");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        let kibibytes: u64 = kibibytes
            .and_then(|number| number.trim().parse().ok())
            .expect("a number of kibibytes");
        kibibytes * 1024
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // The watch is killed first, because the process id of the program can be reused after `wait`.
        let _ = self.watch.kill();
        let _ = self.watch.wait();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(args: &[&str], url: &str) -> Command {
    let mut command = Command::new(binary());
    command
        .args(args)
        .env_clear()
        .env("DATABASE_URL", url)
        .env("CUSTOMERS_MASTER_KEY_FILE", master_key_file())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Returns the path of the program, which is next to the directory of the test binaries.
fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it is");
    let profile = test.parent().and_then(|folder| folder.parent());
    let binary = profile.expect("two folders up").join("customers");
    assert!(
        binary.is_file(),
        "{} is missing: run `make test`, or `cargo build --bin customers` first",
        binary.display()
    );
    binary
}

/// Reads output while the program runs, so that a full pipe cannot block it.
fn collect(from: Option<impl Read + Send + 'static>, log: &Arc<Mutex<String>>) -> JoinHandle<()> {
    let (mut from, log) = (from.expect("the pipe is there"), Arc::clone(log));
    thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            let text = String::from_utf8_lossy(&buffer[..count]);
            log.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push_str(&text);
        }
    })
}

/// Returns the address in the log line with this message.
fn address_in(log: &str, message: &str) -> Option<SocketAddr> {
    let mut lines = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let line = lines.find(|line| line["message"] == message)?;
    line["address"].as_str()?.parse().ok()
}
