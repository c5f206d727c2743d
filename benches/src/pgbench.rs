//! What PostgreSQL itself reaches: `pgbench` inserting one row of the same columns a transaction.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::Result;
use crate::database::client;

/// A table like that of the customers, its constraints and indexes included.
pub(crate) const TABLE: &str = "CREATE TABLE bench_customers (LIKE customers INCLUDING ALL)";

/// One insert. Ids ascend as the service's do, so that both fill their index from one end.
const SCRIPT: &str = r"\set n :n + 1
INSERT INTO bench_customers (tenant_id, id, customer_type, first_name, last_name, email, email_key,
    phone, line1, line2, city, state, zip_code, country, external_id, metadata, status, version,
    created_at, updated_at)
VALUES ('01890a5d-ac96-774b-bcce-b302099a8057',
    (lpad(:n, 8, '0') || '-' || lpad(:run, 4, '0') || '-7000-8000-' || lpad(:client_id, 12, '0'))::uuid,
    'individual', 'James', 'Okafor',
    'james.' || :run || '.' || :client_id || '.' || :n || '@example.com',
    'james.' || :run || '.' || :client_id || '.' || :n || '@example.com',
    '+2348012345678', '123 Test Lane', 'Suite 456', 'Lagos', 'Lagos', '100001', 'NG', NULL, '{}',
    'pending_kyc', 1, now(), now());
";

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

    /// Transactions a second with that many clients. No two runs may have the same number.
    ///
    /// # Errors
    /// When `pgbench` fails.
    pub(crate) fn run(&self, clients: u32, length: Duration, run: u32) -> Result<Rate> {
        let mut child = Command::new(client("pgbench"))
            .args(["-n", "-M", "prepared", "-j", "2", "-D", "n=0"])
            .args(["-D", &format!("run={run}")])
            .args(["-c", &clients.to_string()])
            .args(["-T", &length.as_secs().max(1).to_string()])
            .args(["-f", "/dev/stdin"])
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
        match rate(&said) {
            Some(rate) if output.status.success() => Ok(rate),
            _ => {
                let complaint = String::from_utf8_lossy(&output.stderr);
                Err(format!("pgbench failed:\n{said}{complaint}").into())
            }
        }
    }
}

/// What a run of `pgbench` reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rate {
    /// Transactions a second.
    pub(crate) a_second: f64,
    /// The mean time of one, in milliseconds.
    pub(crate) latency: f64,
}

fn rate(said: &str) -> Option<Rate> {
    let number = |label: &str| -> Option<f64> {
        let rest = said.lines().find_map(|line| line.strip_prefix(label))?;
        rest.split(' ').next()?.parse().ok()
    };
    Some(Rate {
        a_second: number("tps = ")?,
        latency: number("latency average = ")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_read_from_what_pgbench_says() {
        let said = "latency average = 5.125 ms\ntps = 12345.5 (without initial connection time)\n";
        let expected = Rate {
            a_second: 12345.5,
            latency: 5.125,
        };
        assert_eq!(rate(said), Some(expected));
        assert_eq!(rate("pgbench: error"), None);
    }
}
