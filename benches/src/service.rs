//! The program under load, as a process of its own.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use customers_test_support::master_key_file;

use crate::{Result, processor};

/// How long the program may take to become ready before the benchmark gives up.
const START_LIMIT: Duration = Duration::from_secs(30);
/// How often readiness is asked for.
const START_STEP: Duration = Duration::from_millis(1);

/// The program's binary.
pub(crate) struct Program(PathBuf);

impl Program {
    /// The one of that name that was built beside this benchmark.
    ///
    /// # Errors
    /// When it is not there.
    pub(crate) fn beside_this(name: &str) -> Result<Self> {
        let path = std::env::current_exe()?.with_file_name(name);
        if path.is_file() {
            Ok(Self(path))
        } else {
            Err(format!("{} is missing: build it first", path.display()).into())
        }
    }

    /// Brings the schema of that database up to date.
    ///
    /// # Errors
    /// When the program fails.
    pub(crate) fn migrate(&self, database_url: &str) -> Result<()> {
        let mut command = self.command();
        self.ask(command.arg("migrate").env("DATABASE_URL", database_url))?;
        Ok(())
    }

    /// A new API key of the tenant `bench`, that may do everything with customers.
    ///
    /// # Errors
    /// When the program fails.
    pub(crate) fn new_api_key(&self, database_url: &str) -> Result<String> {
        let mut command = self.command();
        command
            .args(["keys", "create", "--quiet", "--tenant", "bench"])
            .args(["--scope", "customers:write", "--scope", "customers:read"])
            .args(["--scope", "customers:review"])
            .env("DATABASE_URL", database_url);
        Ok(self.ask(&mut command)?.trim().to_owned())
    }

    /// Starts the service on that database and waits until it is ready.
    ///
    /// # Errors
    /// When it does not become ready.
    pub(crate) fn serve(&self, database_url: &str) -> Result<Service> {
        self.start(&[("DATABASE_URL", database_url)])
    }

    /// The same with creates that share no commit.
    ///
    /// # Errors
    /// When it does not become ready.
    pub(crate) fn serve_one_by_one(&self, database_url: &str) -> Result<Service> {
        self.start(&[
            ("DATABASE_URL", database_url),
            ("CUSTOMERS_CREATE_BATCH", "1"),
        ])
    }

    /// Starts the service without a database and waits until it is ready.
    ///
    /// # Errors
    /// When it does not become ready.
    pub(crate) fn serve_alone(&self) -> Result<Service> {
        self.start(&[])
    }

    fn start(&self, environment: &[(&str, &str)]) -> Result<Service> {
        let address = free_address()?;
        let mut command = self.command();
        command.args(["serve", "--listen", &address.to_string()]);
        command.envs(environment.iter().copied());
        let start = Instant::now();
        let process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut service = Service {
            process,
            address,
            ready_after: Duration::ZERO,
        };
        while !is_ready(address) {
            if service.process.try_wait()?.is_some() || start.elapsed() > START_LIMIT {
                return Err("the service did not become ready".into());
            }
            thread::sleep(START_STEP);
        }
        service.ready_after = start.elapsed();
        Ok(service)
    }

    /// The program, told nothing by the environment of this benchmark.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.0);
        command
            .env_clear()
            .env("CUSTOMERS_MASTER_KEY_FILE", master_key_file());
        command
    }

    fn ask(&self, command: &mut Command) -> Result<String> {
        let output = command.output()?;
        if output.status.success() {
            Ok(String::from_utf8(output.stdout)?)
        } else {
            let complaint = String::from_utf8_lossy(&output.stderr);
            Err(format!("{} failed: {complaint}", Path::display(&self.0)).into())
        }
    }
}

/// The program while it answers. It is killed when this goes out of scope.
pub(crate) struct Service {
    process: Child,
    /// Where it answers.
    pub(crate) address: SocketAddr,
    /// How long it took from its start until it said that it was ready.
    pub(crate) ready_after: Duration,
}

impl Service {
    /// The API key of a service without a database, from its greeting.
    ///
    /// # Errors
    /// When it did not greet.
    pub(crate) fn greeted_api_key(&mut self) -> Result<String> {
        let mut greeting = String::new();
        let mut chunk = [0; 4096];
        let mut stdout = self.process.stdout.take().ok_or("it was asked before")?;
        loop {
            let length = stdout.read(&mut chunk)?;
            if length == 0 {
                return Err("the service did not print its key".into());
            }
            greeting += std::str::from_utf8(&chunk[..length])?;
            let key = greeting.lines().find_map(|line| {
                let rest = line.split_once("Authorization: Bearer ")?.1;
                rest.split_once('"')
            });
            if let Some((key, _)) = key {
                let key = key.to_owned();
                // Kept open: whoever writes to a closed pipe fails.
                self.process.stdout = Some(stdout);
                return Ok(key);
            }
        }
    }

    /// The processor time that it has taken so far.
    ///
    /// # Errors
    /// When it is gone.
    pub(crate) fn processor_time(&self) -> Result<Duration> {
        processor::of_process(self.process.id())
    }

    /// Its memory.
    ///
    /// # Errors
    /// Where the system does not tell.
    pub(crate) fn memory(&self) -> Result<Memory> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        Ok(Memory::parse(&status).ok_or("the system does not tell")?)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may be gone already, and nothing is left to be done about it if not.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a process holds of the machine's memory, in megabytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Memory {
    pub(crate) now: f64,
    /// The most that it has held so far.
    pub(crate) most: f64,
}

impl Memory {
    /// Reads what `/proc` tells of a process.
    fn parse(status: &str) -> Option<Self> {
        let megabytes = |name: &str| -> Option<f64> {
            let value = status.lines().find_map(|line| line.strip_prefix(name))?;
            let kibibytes: f64 = value.trim().strip_suffix(" kB")?.parse().ok()?;
            Some(kibibytes * 1024.0 / 1e6)
        };
        Some(Self {
            now: megabytes("VmRSS:")?,
            most: megabytes("VmHWM:")?,
        })
    }
}

fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?)
}

fn is_ready(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(address)?;
        stream
            .write_all(b"GET /health/ready HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")?;
        let mut status = [0; 13];
        stream.read_exact(&mut status)?;
        Ok(&status == b"HTTP/1.1 200 ")
    };
    ask().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_in_megabytes_from_what_the_system_counts_in_kibibytes() {
        let status = "Name:\tcustomers\nVmHWM:\t   62500 kB\nVmRSS:\t   31250 kB\n";
        let expected = Memory {
            now: 32.0,
            most: 64.0,
        };
        assert_eq!(Memory::parse(status), Some(expected));
        assert_eq!(Memory::parse("Name:\tkthreadd\n"), None);
    }
}
