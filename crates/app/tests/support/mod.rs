//! Starts the program as people do, and speaks HTTP to it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// More than anything here takes; a test that waits longer has failed.
pub const DEADLINE: Duration = Duration::from_mins(1);

/// The program with an environment that holds the given variables and nothing else.
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

/// Runs the program to its end.
pub fn run(args: &[&str], variables: &[(&str, &str)]) -> Output {
    customers(args, variables).output().unwrap()
}

/// Asks again and again until the answer is there.
pub fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited too long for {what}");
        thread::park_timeout(Duration::from_millis(5));
    }
}

/// A child that does not outlive its test.
struct Guarded(Child);

impl Drop for Guarded {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The service, running in memory on a port of its own; killed when it is dropped.
pub struct Service {
    child: Guarded,
    stdout: BufReader<ChildStdout>,
    stderr: Option<JoinHandle<String>>,
    pub greeting: String,
    pub address: SocketAddr,
}

impl Service {
    /// Starts it on loopback and waits for its greeting.
    pub fn start(args: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::start_on("127.0.0.1:0", args, variables)
    }

    /// Starts it on an address with port 0 and waits for its greeting.
    pub fn start_on(listen: &str, args: &[&str], variables: &[(&str, &str)]) -> Self {
        let args = [&["serve", "--listen", listen], args].concat();
        Self::of(customers(&args, variables))
    }

    /// Starts it by that command and waits for its greeting.
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

    /// Waits for its end and answers with its exit status, the rest of stdout, and all of stderr.
    pub fn end(mut self) -> (ExitStatus, String, String) {
        let status = wait_for("the end", || self.child.0.try_wait().unwrap());
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        let log = self.stderr.map(|reader| reader.join().unwrap());
        (status, rest, log.unwrap_or_default())
    }

    /// Sends a GET without a key and answers with everything that came back.
    pub fn get(&self, path: &str) -> String {
        let host = self.address;
        exchange(
            host,
            &format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
        )
    }
}

/// Reads a child's stderr while it runs, so that it never blocks on a full pipe.
pub fn collect(mut stderr: ChildStderr) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut text = String::new();
        stderr.read_to_string(&mut text).unwrap();
        text
    })
}

/// Sends a request on a connection of its own and reads until the service closes it.
pub fn exchange(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The text after the first `start` and before the `end` that follows.
pub fn between<'text>(text: &'text str, start: &str, end: &str) -> &'text str {
    let (_, after) = text.split_once(start).unwrap();
    after.split_once(end).unwrap().0
}

/// What a child wrote, as text.
pub fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap()
}
