//! The PostgreSQL under the service: one of this benchmark's own, which syncs what it commits.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use customers_test_support::postgres::{PostgresOptions, PostgresServer, TestDatabase};
use tokio::runtime::{self, Runtime};

use crate::Result;
use crate::processor::Family;

/// Where Debian and Ubuntu keep the programs of each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// A server of this benchmark's own. It goes when this is dropped.
pub(crate) struct Server {
    server: PostgresServer,
    runtime: Runtime,
}

impl Server {
    /// Starts the server, durable, with those settings, and with room in its log so that no run is
    /// hit by a checkpoint that another one caused.
    ///
    /// # Errors
    /// When there is no runtime to do it with.
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

    /// A database on it without any table.
    pub(crate) fn empty_database(&self) -> Database {
        Database(self.runtime.block_on(self.server.empty_database()))
    }
}

/// A database. It goes when this is dropped.
pub(crate) struct Database(TestDatabase);

impl Database {
    /// Where it is, with the role that may do everything.
    pub(crate) fn url(&self) -> &str {
        self.0.url()
    }

    /// Runs a statement.
    ///
    /// # Errors
    /// When `psql` is not there or the statement fails.
    pub(crate) fn execute(&self, statement: &str) -> Result<()> {
        self.ask(statement)?;
        Ok(())
    }

    /// The processes of the server, which has to run on this machine.
    ///
    /// # Errors
    /// When it runs elsewhere.
    pub(crate) fn processes(&self) -> Result<Family> {
        let first = self.ask("SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1)")?;
        let first = first.trim();
        // In a container it has this number there, and here something else does.
        let name = fs::read_to_string(format!("/proc/{first}/comm")).unwrap_or_default();
        if name.starts_with("postgres") {
            Ok(Family::of(first.parse()?))
        } else {
            Err("the server runs elsewhere: set TEST_POSTGRES_PROVIDER=local".into())
        }
    }

    /// Runs a statement and says what it answers, a row a line.
    ///
    /// # Errors
    /// When `psql` is not there or the statement fails.
    pub(crate) fn ask(&self, statement: &str) -> Result<String> {
        let mut psql = Command::new(client("psql"));
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]);
        let output = psql.args(["-c", statement]).arg(self.url()).output()?;
        if output.status.success() {
            Ok(String::from_utf8(output.stdout)?)
        } else {
            let complaint = String::from_utf8_lossy(&output.stderr);
            Err(format!("psql: {complaint}").into())
        }
    }
}

/// One of PostgreSQL's client programs: Debian's newest, past the script that stands for it in the
/// `PATH` there, or else what the `PATH` has.
pub(crate) fn client(name: &str) -> PathBuf {
    let folders = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    folders
        .map(|folder| folder.path().join("bin").join(name))
        .filter(|program| program.is_file())
        .max()
        .unwrap_or_else(|| Path::new(name).to_owned())
}
