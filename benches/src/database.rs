//! The temporary PostgreSQL server of the benchmark, with `fsync` on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use customers_test_support::postgres::{PostgresOptions, PostgresServer, TestDatabase};
use tokio::runtime::{self, Runtime};

use crate::Result;
use crate::cpu_time::ProcessTree;

/// Folder of the PostgreSQL programs of each version on Debian and Ubuntu.
const DEBIAN: &str = "/usr/lib/postgresql";

/// A temporary server. It is stopped when this is dropped.
pub(crate) struct Server {
    server: PostgresServer,
    runtime: Runtime,
}

impl Server {
    /// Starts a durable server with the given settings. `max_wal_size` is large enough that no run causes a
    /// checkpoint.
    ///
    /// # Errors
    /// Returns an error if the runtime cannot be created.
    pub(crate) fn start(settings: &[(&str, &str)]) -> Result<Self> {
        let options = PostgresOptions::new()
            .durable()
            .setting("max_wal_size", "8GB");
        let options = settings.iter().fold(options, |options, (name, value)| {
            options.setting(name, value)
        });
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        Ok(Self {
            server: runtime.block_on(PostgresServer::own(&options)),
            runtime,
        })
    }

    /// Creates a database without tables.
    pub(crate) fn empty_database(&self) -> Database {
        Database(self.runtime.block_on(self.server.empty_database()))
    }
}

/// A database. It is removed when this is dropped.
pub(crate) struct Database(TestDatabase);

impl Database {
    /// Returns its URL, with the role that owns it.
    pub(crate) fn url(&self) -> &str {
        self.0.url()
    }

    /// Runs a statement.
    ///
    /// # Errors
    /// Returns an error if `psql` does not exist or the statement fails.
    pub(crate) fn execute(&self, statement: &str) -> Result<()> {
        self.query(statement)?;
        Ok(())
    }

    /// Returns the processes of the server, which must run on this machine.
    ///
    /// # Errors
    /// Returns an error if it runs elsewhere, for example in a container.
    pub(crate) fn processes(&self) -> Result<ProcessTree> {
        let pid = self.query("SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1)")?;
        let pid = pid.trim();
        // A server in a container has another process id on this machine.
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        if name.starts_with("postgres") {
            Ok(ProcessTree::of(pid.parse()?))
        } else {
            Err("the server must run on this machine: set TEST_POSTGRES_PROVIDER=local".into())
        }
    }

    /// Runs a statement and returns its rows, one per line.
    ///
    /// # Errors
    /// Returns an error if `psql` is missing or the statement fails.
    pub(crate) fn query(&self, statement: &str) -> Result<String> {
        let mut psql = Command::new(client_program("psql"));
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]);
        let output = psql.args(["-c", statement]).arg(self.url()).output()?;
        if output.status.success() {
            Ok(String::from_utf8(output.stdout)?)
        } else {
            let stderr = String::from_utf8_lossy(&output.stderr);
            Err(format!("psql: {stderr}").into())
        }
    }
}

/// Returns the path of a PostgreSQL client program: the newest on Debian, bypassing its wrapper script in the
/// `PATH`, or otherwise the one in the `PATH`.
pub(crate) fn client_program(name: &str) -> PathBuf {
    let folders = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    folders
        .map(|folder| folder.path().join("bin").join(name))
        .filter(|program| program.is_file())
        .max()
        .unwrap_or_else(|| Path::new(name).to_owned())
}
