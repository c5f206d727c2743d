//! The PostgreSQL under the service: one of this benchmark's own, which syncs what it commits.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use customers_test_support::postgres::{PostgresOptions, PostgresServer, TestDatabase};
use tokio::runtime::{self, Runtime};

use crate::Result;

/// Where Debian and Ubuntu keep the programs of each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// A server of this benchmark's own. It goes when this is dropped.
pub(crate) struct Server {
    server: PostgresServer,
    runtime: Runtime,
}

impl Server {
    /// Starts the server, durable, and with room in its log so that no run is hit by a checkpoint
    /// that another one caused. It caches as much as `shared_buffers` says, as in `256MB`.
    ///
    /// # Errors
    /// When there is no runtime to do it with.
    pub(crate) fn start(shared_buffers: &str) -> Result<Self> {
        let options = PostgresOptions::new()
            .durable()
            .setting("max_wal_size", "8GB")
            .setting("shared_buffers", shared_buffers);
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
        let mut psql = Command::new(client("psql"));
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement]);
        let output = psql.arg(self.url()).output()?;
        if output.status.success() {
            Ok(())
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
