//! The baseline: `pgbench` inserts one row with the same columns per transaction.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Result;
use crate::database::client_program;
use crate::report::percentile;

/// Creates a table with the columns, constraints and indexes of `customers`.
pub(crate) const TABLE: &str = "CREATE TABLE bench_customers (LIKE customers INCLUDING ALL)";

/// One insert. Ids ascend like those of the service, so that both fill their index from one end.
const SCRIPT: &str = r"\set n :n + 1
\set d random(1, 9223372036854775807)
INSERT INTO bench_customers (tenant_id, id, created_at, updated_at, status_since, version, status,
    customer_type, country, external_id, salt, email_digest, phone_digest, sealed)
VALUES ('01890a5d-ac96-774b-bcce-b302099a8057',
    (lpad(:n, 8, '0') || '-' || lpad(:run, 4, '0') || '-7000-8000-' || lpad(:client_id, 12, '0'))::uuid,
    now(), now(), now(), 1, 1, 1, 'NG', NULL,
    md5('salt' || :d)::uuid, md5(:run || '-' || :client_id || '-' || :n)::uuid, md5('phone')::uuid,
    decode(repeat(md5('sealed' || :d), 18), 'hex'));
";

/// Share of the transactions whose latencies are logged: enough for percentiles without slowing `pgbench`
/// down.
const SAMPLING_RATE: &str = "0.25";

/// Runs `pgbench` on one database.
pub(crate) struct Pgbench {
    database_url: String,
}

impl Pgbench {
    /// Creates a runner for the database.
    pub(crate) fn new(database_url: &str) -> Self {
        Self {
            database_url: database_url.to_owned(),
        }
    }

    /// Inserts for the given time, rounded up to seconds, which includes opening the connections. `run` must be
    /// unique among calls of this and of [`Pgbench::open`].
    ///
    /// # Errors
    /// Returns an error if `pgbench` fails.
    pub(crate) fn run(&self, clients: u32, duration: Duration, run: u32) -> Result<Inserts> {
        let folder = tempfile::tempdir()?;
        let log = folder.path().join("times");
        let mut command = command(clients, run);
        command
            .args(["-T", &duration.as_secs_f64().ceil().to_string()])
            .args(["--log", "--sampling-rate", SAMPLING_RATE, "--log-prefix"])
            .arg(&log);
        let output = self.output_of(command)?;
        let mut latencies = read_latencies(folder.path())?;
        latencies.sort_unstable();
        let number = |label| {
            number(&output, label)
                .ok_or_else(|| format!("pgbench did not print '{label}':\n{output}"))
        };
        Ok(Inserts {
            count: number("number of transactions actually processed: ")?,
            per_second: number("tps = ")?,
            p50: percentile(&latencies, 50),
            p99: percentile(&latencies, 99),
        })
    }

    /// Opens connections, inserts one row over each, and returns the elapsed time.
    ///
    /// # Errors
    /// Returns an error if `pgbench` fails.
    pub(crate) fn open(&self, clients: u32, run: u32) -> Result<Duration> {
        let mut command = command(clients, run);
        command.args(["-t", "1"]);
        let start = Instant::now();
        self.output_of(command)?;
        Ok(start.elapsed())
    }

    /// Runs `pgbench` on the database and returns its output.
    fn output_of(&self, mut command: Command) -> Result<String> {
        let mut child = command
            .arg(&self.database_url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        // `take` closes stdin once the script is written.
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(SCRIPT.as_bytes())?;
        }
        let output = child.wait_with_output()?;
        let stdout = String::from_utf8_lossy(&output.stdout);
        if output.status.success() {
            return Ok(stdout.into_owned());
        }
        let stderr = String::from_utf8_lossy(&output.stderr);
        Err(format!("pgbench failed:\n{stdout}{stderr}").into())
    }
}

fn command(clients: u32, run: u32) -> Command {
    let mut command = Command::new(client_program("pgbench"));
    command
        .args(["-n", "-M", "prepared", "-j", "2", "-D", "n=0"])
        .args(["-D", &format!("run={run}")])
        .args(["-c", &clients.to_string()])
        .args(["-f", "/dev/stdin"]);
    command
}

/// Result of a run of `pgbench`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Inserts {
    pub(crate) count: f64,
    pub(crate) per_second: f64,
    /// Median latency.
    pub(crate) p50: Duration,
    /// 99th percentile of the latencies.
    pub(crate) p99: Duration,
}

fn number(output: &str, label: &str) -> Option<f64> {
    let rest = output.lines().find_map(|line| line.strip_prefix(label))?;
    rest.split([' ', '/']).next()?.parse().ok()
}

/// Reads the latencies from the logs in a folder. Each thread of `pgbench` writes one log.
fn read_latencies(folder: &Path) -> Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    for entry in fs::read_dir(folder)? {
        let log = fs::read_to_string(entry?.path())?;
        for line in log.lines() {
            latencies.push(latency(line).ok_or("the log of pgbench has an unknown format")?);
        }
    }
    Ok(latencies)
}

/// Parses a log line: `client transaction microseconds …`.
fn latency(line: &str) -> Option<Duration> {
    let microseconds = line.split(' ').nth(2)?.parse().ok()?;
    Some(Duration::from_micros(microseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_from_the_output() {
        let output = "number of transactions actually processed: 61727\n\
                    tps = 12345.5 (without initial connection time)\n";
        assert_eq!(number(output, "tps = "), Some(12345.5));
        let count = "number of transactions actually processed: ";
        assert_eq!(number(output, count), Some(61727.0));
        assert_eq!(number("pgbench: error", "tps = "), None);
    }

    #[test]
    fn the_latency_is_read_from_a_log_line() {
        let line = "0 199 2241 0 1175850568 995598";
        assert_eq!(latency(line), Some(Duration::from_micros(2241)));
        assert_eq!(latency("0 199 skipped 0 1175850568 995598"), None);
    }

    #[test]
    fn the_logs_of_all_threads_are_read() {
        let folder = tempfile::tempdir().unwrap();
        for (name, line) in [
            ("times.1", "0 1 10 0 1 1\n"),
            ("times.1.1", "1 1 20 0 1 1\n"),
        ] {
            fs::write(folder.path().join(name), line).unwrap();
        }
        let mut latencies = read_latencies(folder.path()).unwrap();
        latencies.sort_unstable();
        assert_eq!(latencies, [10, 20].map(Duration::from_micros));
    }
}
