//! What PostgreSQL itself reaches: `pgbench` inserting one row of the same columns a transaction.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Result;
use crate::database::client;
use crate::report::percentile;

/// A table like that of the customers, its constraints and indexes included.
pub(crate) const TABLE: &str = "CREATE TABLE bench_customers (LIKE customers INCLUDING ALL)";

/// One insert. Ids ascend as the service's do, so that both fill their index from one end.
const SCRIPT: &str = r"\set n :n + 1
\set d random(1, 9223372036854775807)
INSERT INTO bench_customers (tenant_id, id, created_at, updated_at, status_since, version, status,
    customer_type, country, external_id, salt, email_digest, phone_digest, sealed)
VALUES ('01890a5d-ac96-774b-bcce-b302099a8057',
    (lpad(:n, 8, '0') || '-' || lpad(:run, 4, '0') || '-7000-8000-' || lpad(:client_id, 12, '0'))::uuid,
    now(), now(), now(), 1, 1, 1, 'NG', NULL,
    md5('salt' || :d)::uuid, md5('email' || :run || :client_id || :n)::uuid, md5('phone')::uuid,
    decode(repeat(md5('sealed' || :d), 18), 'hex'));
";

/// The share of the transactions whose times are written down: enough for a percentile, and too few to
/// slow `pgbench` down.
const SAMPLED: &str = "0.25";

/// `pgbench` against one database.
pub(crate) struct Pgbench {
    database_url: String,
}

impl Pgbench {
    /// Takes the database; nothing is run yet.
    pub(crate) fn new(database_url: &str) -> Self {
        Self {
            database_url: database_url.to_owned(),
        }
    }

    /// Inserts for that long, rounded up to seconds, of which the opening of the connections is a part.
    /// No two runs, of either kind, may have the same number.
    ///
    /// # Errors
    /// When `pgbench` fails.
    pub(crate) fn run(&self, clients: u32, length: Duration, run: u32) -> Result<Inserts> {
        let folder = tempfile::tempdir()?;
        let log = folder.path().join("times");
        let mut command = command(clients, run);
        command
            .args(["-T", &length.as_secs_f64().ceil().to_string()])
            .args(["--log", "--sampling-rate", SAMPLED, "--log-prefix"])
            .arg(&log);
        let said = self.carry_out(command)?;
        let mut times = read_times(folder.path())?;
        times.sort_unstable();
        let number = |label| {
            number(&said, label).ok_or_else(|| format!("pgbench does not say {label}but:\n{said}"))
        };
        Ok(Inserts {
            count: number("number of transactions actually processed: ")?,
            a_second: number("tps = ")?,
            p50: percentile(&times, 50),
            p99: percentile(&times, 99),
        })
    }

    /// Just connects, inserts one row over each connection, and says how long that took.
    ///
    /// # Errors
    /// When `pgbench` fails.
    pub(crate) fn open(&self, clients: u32, run: u32) -> Result<Duration> {
        let mut command = command(clients, run);
        command.args(["-t", "1"]);
        let start = Instant::now();
        self.carry_out(command)?;
        Ok(start.elapsed())
    }

    /// Runs `pgbench` on the database, and answers with what it says.
    fn carry_out(&self, mut command: Command) -> Result<String> {
        let mut child = command
            .arg(&self.database_url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        // Taken, so that it is closed once the script is written.
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(SCRIPT.as_bytes())?;
        }
        let output = child.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        if output.status.success() {
            return Ok(said.into_owned());
        }
        let complaint = String::from_utf8_lossy(&output.stderr);
        Err(format!("pgbench failed:\n{said}{complaint}").into())
    }
}

fn command(clients: u32, run: u32) -> Command {
    let mut command = Command::new(client("pgbench"));
    command
        .args(["-n", "-M", "prepared", "-j", "2", "-D", "n=0"])
        .args(["-D", &format!("run={run}")])
        .args(["-c", &clients.to_string()])
        .args(["-f", "/dev/stdin"]);
    command
}

/// What a run of `pgbench` reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Inserts {
    pub(crate) count: f64,
    pub(crate) a_second: f64,
    /// The time within which half of them were done.
    pub(crate) p50: Duration,
    /// The time within which 99 of 100 were done.
    pub(crate) p99: Duration,
}

fn number(said: &str, label: &str) -> Option<f64> {
    let rest = said.lines().find_map(|line| line.strip_prefix(label))?;
    rest.split([' ', '/']).next()?.parse().ok()
}

/// The times from the logs in a folder; each of its threads writes one.
fn read_times(folder: &Path) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    for entry in fs::read_dir(folder)? {
        let log = fs::read_to_string(entry?.path())?;
        for line in log.lines() {
            times.push(time(line).ok_or("pgbench writes its log in an unknown way")?);
        }
    }
    Ok(times)
}

/// Reads `client transaction microseconds …`.
fn time(line: &str) -> Option<Duration> {
    let microseconds = line.split(' ').nth(2)?.parse().ok()?;
    Some(Duration::from_micros(microseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_read_from_what_pgbench_says() {
        let said = "number of transactions actually processed: 61727\n\
                    tps = 12345.5 (without initial connection time)\n";
        assert_eq!(number(said, "tps = "), Some(12345.5));
        let count = "number of transactions actually processed: ";
        assert_eq!(number(said, count), Some(61727.0));
        assert_eq!(number("pgbench: error", "tps = "), None);
    }

    #[test]
    fn the_time_of_a_transaction_is_read_from_its_line_in_the_log() {
        let line = "0 199 2241 0 1175850568 995598";
        assert_eq!(time(line), Some(Duration::from_micros(2241)));
        assert_eq!(time("0 199 skipped 0 1175850568 995598"), None);
    }

    #[test]
    fn the_times_of_all_threads_are_read() {
        let folder = tempfile::tempdir().unwrap();
        for (name, line) in [
            ("times.1", "0 1 10 0 1 1\n"),
            ("times.1.1", "1 1 20 0 1 1\n"),
        ] {
            fs::write(folder.path().join(name), line).unwrap();
        }
        let mut times = read_times(folder.path()).unwrap();
        times.sort_unstable();
        assert_eq!(times, [10, 20].map(Duration::from_micros));
    }
}
