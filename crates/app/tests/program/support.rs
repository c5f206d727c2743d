//! Runs the program and sends HTTP requests to it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Timeout of every wait. It is far longer than any step takes.
pub const TIMEOUT: Duration = Duration::from_mins(1);

/// A database URL with a password that no output may contain.
pub const PLANTED_URL: &str = "postgres://app:planted-password@127.0.0.1:1/customers";

/// Returns a command for the program with only the given environment variables.
pub fn customers(args: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_customers"));
    command
        .args(args)
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs the program until it ends.
pub fn run(args: &[&str], variables: &[(&str, &str)]) -> Output {
    customers(args, variables).output().unwrap()
}

/// Polls until `poll` returns a value.
pub fn wait_for<T>(what: &str, mut poll: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + TIMEOUT;
    loop {
        if let Some(response) = poll() {
            return response;
        }
        assert!(Instant::now() < deadline, "waited too long for {what}");
        thread::park_timeout(Duration::from_millis(5));
    }
}

/// A child process that is killed when the value is dropped.
struct Guarded(Child);

impl Drop for Guarded {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The service, in memory on its own port. It is killed when the value is dropped.
pub struct Service {
    child: Guarded,
    stdout: BufReader<ChildStdout>,
    stderr: Option<JoinHandle<String>>,
    pub greeting: String,
    pub address: SocketAddr,
}

impl Service {
    /// Starts the service on loopback and waits for its greeting.
    pub fn start(args: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::start_on("127.0.0.1:0", args, variables)
    }

    /// Starts the service on an address with port 0 and waits for its greeting.
    pub fn start_on(listen: &str, args: &[&str], variables: &[(&str, &str)]) -> Self {
        let args = [&["serve", "--listen", listen], args].concat();
        Self::of(customers(&args, variables))
    }

    /// Starts the service with the given command and waits for its greeting.
    pub fn of(mut command: Command) -> Self {
        let mut child = Guarded(command.spawn().unwrap());
        let stderr = child.0.stderr.take().map(collect);
        let mut stdout = BufReader::new(child.0.stdout.take().unwrap());
        let mut greeting = String::new();
        while !greeting.ends_with("}'\n") {
            let read = stdout.read_line(&mut greeting).unwrap();
            assert_ne!(read, 0, "it ended before its greeting: {greeting}");
        }
        let address = between(&greeting, "POST http://", "/customers").parse();
        Self {
            child,
            stdout,
            stderr,
            address: address.unwrap(),
            greeting,
        }
    }

    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.0.id()).unwrap();
        kill(Pid::from_raw(pid), signal).unwrap();
    }

    /// Waits until the service ends. Returns its exit status, the rest of stdout, and all of stderr.
    pub fn end(mut self) -> (ExitStatus, String, String) {
        let status = wait_for("the end", || self.child.0.try_wait().unwrap());
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        let log = self.stderr.map(|reader| reader.join().unwrap());
        (status, rest, log.unwrap_or_default())
    }

    /// Sends a GET without a key and returns the raw response.
    pub fn get(&self, path: &str) -> String {
        let host = self.address;
        exchange(
            host,
            &format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
        )
    }
}

/// Reads a child's stderr while it runs, so that a full pipe cannot block it.
pub fn collect(mut stderr: ChildStderr) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut text = String::new();
        stderr.read_to_string(&mut text).unwrap();
        text
    })
}

/// Sends a request on a new connection and reads until the service closes it.
pub fn exchange(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

/// Returns the text between the first `start` and the next `end`.
pub fn between<'text>(text: &'text str, start: &str, end: &str) -> &'text str {
    let (_, after) = text.split_once(start).unwrap();
    after.split_once(end).unwrap().0
}

/// Returns the output of a child as text.
pub fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap()
}
