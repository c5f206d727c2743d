//! The program under load, as a separate process.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use customers_test_support::master_key_file;

use crate::{Result, cpu_time};

/// Maximum time until the program is ready.
const START_TIMEOUT: Duration = Duration::from_secs(30);
/// Interval of readiness checks.
const READINESS_INTERVAL: Duration = Duration::from_millis(1);

/// A binary of the program.
pub(crate) struct Program(PathBuf);

impl Program {
    /// Returns the binary of that name in the folder of this benchmark.
    ///
    /// # Errors
    /// Returns an error if it does not exist.
    pub(crate) fn built(name: &str) -> Result<Self> {
        let path = std::env::current_exe()?.with_file_name(name);
        if path.is_file() {
            Ok(Self(path))
        } else {
            Err(format!("{} does not exist: build it first", path.display()).into())
        }
    }

    /// Updates the schema of the database.
    ///
    /// # Errors
    /// Returns an error if the program fails.
    pub(crate) fn migrate(&self, database_url: &str) -> Result<()> {
        let mut command = self.command();
        self.output_of(command.arg("migrate").env("DATABASE_URL", database_url))?;
        Ok(())
    }

    /// Creates an API key of the tenant `bench` with every scope on customers.
    ///
    /// # Errors
    /// Returns an error if the program fails.
    pub(crate) fn new_api_key(&self, database_url: &str) -> Result<String> {
        let mut command = self.command();
        command
            .args(["keys", "create", "--quiet", "--tenant", "bench"])
            .args(["--scope", "customers:write", "--scope", "customers:read"])
            .args(["--scope", "customers:review"])
            .env("DATABASE_URL", database_url);
        Ok(self.output_of(&mut command)?.trim().to_owned())
    }

    /// Starts the service with the database and waits until it is ready.
    ///
    /// # Errors
    /// Returns an error if it does not become ready.
    pub(crate) fn serve(&self, database_url: &str) -> Result<Service> {
        self.start(&[("DATABASE_URL", database_url)])
    }

    /// Starts the service with the database and without batches of creates, and waits until it is ready.
    ///
    /// # Errors
    /// Returns an error if it does not become ready.
    pub(crate) fn serve_unbatched(&self, database_url: &str) -> Result<Service> {
        self.start(&[
            ("DATABASE_URL", database_url),
            ("CUSTOMERS_CREATE_BATCH", "1"),
        ])
    }

    /// Starts the service in memory and waits until it is ready.
    ///
    /// # Errors
    /// Returns an error if it does not become ready.
    pub(crate) fn serve_in_memory(&self) -> Result<Service> {
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
            if service.process.try_wait()?.is_some() || start.elapsed() > START_TIMEOUT {
                return Err("the service did not become ready".into());
            }
            thread::sleep(READINESS_INTERVAL);
        }
        service.ready_after = start.elapsed();
        Ok(service)
    }

    /// Returns a command with an empty environment.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.0);
        command
            .env_clear()
            .env("CUSTOMERS_MASTER_KEY_FILE", master_key_file());
        command
    }

    fn output_of(&self, command: &mut Command) -> Result<String> {
        let output = command.output()?;
        if output.status.success() {
            Ok(String::from_utf8(output.stdout)?)
        } else {
            let stderr = String::from_utf8_lossy(&output.stderr);
            Err(format!("{} failed: {stderr}", Path::display(&self.0)).into())
        }
    }
}

/// A running service. It is killed when this is dropped.
pub(crate) struct Service {
    process: Child,
    /// Address of its listener.
    pub(crate) address: SocketAddr,
    /// Time from its start until it was ready.
    pub(crate) ready_after: Duration,
}

impl Service {
    /// Reads the API key of a service in memory from its greeting.
    ///
    /// # Errors
    /// Returns an error if there is no greeting.
    pub(crate) fn api_key_from_greeting(&mut self) -> Result<String> {
        let mut greeting = String::new();
        let mut chunk = [0; 4096];
        let mut stdout = self
            .process
            .stdout
            .take()
            .ok_or("the greeting was already read")?;
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
                // Keeps the pipe open, because writes to a closed pipe fail.
                self.process.stdout = Some(stdout);
                return Ok(key);
            }
        }
    }

    /// Returns the CPU time that it has used so far.
    ///
    /// # Errors
    /// Returns an error if the process does not exist.
    pub(crate) fn cpu_time(&self) -> Result<Duration> {
        cpu_time::of_process(self.process.id())
    }

    /// Returns its memory usage.
    ///
    /// # Errors
    /// Returns an error if `/proc` does not contain it.
    pub(crate) fn memory(&self) -> Result<Memory> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        Ok(Memory::parse(&status).ok_or("the memory usage is not in /proc")?)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // An error means that the process has already ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Memory usage of a process, in megabytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Memory {
    pub(crate) current: f64,
    /// Maximum so far.
    pub(crate) peak: f64,
}

impl Memory {
    /// Parses `/proc/<pid>/status`.
    fn parse(status: &str) -> Option<Self> {
        let megabytes = |name: &str| -> Option<f64> {
            let value = status.lines().find_map(|line| line.strip_prefix(name))?;
            let kibibytes: f64 = value.trim().strip_suffix(" kB")?.parse().ok()?;
            Some(kibibytes * 1024.0 / 1e6)
        };
        Some(Self {
            current: megabytes("VmRSS:")?,
            peak: megabytes("VmHWM:")?,
        })
    }
}

fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?)
}

fn is_ready(address: SocketAddr) -> bool {
    let check = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(address)?;
        stream
            .write_all(b"GET /health/ready HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")?;
        let mut status = [0; 13];
        stream.read_exact(&mut status)?;
        Ok(&status == b"HTTP/1.1 200 ")
    };
    check().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kibibytes_are_converted_to_megabytes() {
        let status = "Name:\tcustomers\nVmHWM:\t   62500 kB\nVmRSS:\t   31250 kB\n";
        let expected = Memory {
            current: 32.0,
            peak: 64.0,
        };
        assert_eq!(Memory::parse(status), Some(expected));
        assert_eq!(Memory::parse("Name:\tkthreadd\n"), None);
    }
}
