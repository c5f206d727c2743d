//! PgBouncer in transaction mode, set up as documented.

use std::ffi::OsStr;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use customers_test_support::{Reaper, eventually, free_port};
use nix::unistd::{Uid, User};
use tokio::net::TcpStream;

/// Path on Debian, which is not in the `PATH` of users.
const PLACES: [&str; 2] = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"];
const READY_TIMEOUT: Duration = Duration::from_secs(30);

/// Ends a pooler, waits for its end, and removes its files.
const CLEAR: &str = r#"
if read -r pooler <"$1/pid"; then
    kill -KILL "$pooler"
    while kill -0 "$pooler"; do sleep 0.05; done
fi
rm -rf "$1"
"#;

/// A pooler for one test.
pub(super) struct Pooler {
    address: String,
    _reaper: Reaper,
}

impl Pooler {
    /// Starts a pooler for the server at the given address.
    pub(super) async fn start(server: &str) -> Self {
        let program = PLACES
            .iter()
            .find(|place| std::fs::exists(place).is_ok_and(|is| is));
        let program = program.expect("PgBouncer is installed (Debian: apt-get install pgbouncer)");
        let (host, server_port) = server.split_once(':').expect("a port");
        let port = free_port();
        let directory = tempfile::Builder::new()
            .prefix("customers-pgbouncer-")
            .tempdir()
            .expect("a temporary directory")
            .keep();
        let reaper = Reaper::new(CLEAR, &[directory.as_os_str()]).expect("a shell");
        let settings = format!(
            "[databases]\n\
             customers = host={host} port={server_port}\n\
             [pgbouncer]\n\
             listen_addr = 127.0.0.1\n\
             listen_port = {port}\n\
             unix_socket_dir =\n\
             auth_type = trust\n\
             auth_file = {directory}/users\n\
             pool_mode = transaction\n\
             default_pool_size = 8\n\
             max_client_conn = 200\n\
             pidfile = {directory}/pid\n\
             logfile = {directory}/log\n",
            directory = directory.display(),
        );
        std::fs::write(directory.join("settings"), settings).expect("a file is written");
        std::fs::write(directory.join("users"), "\"customers_app\" \"\"\n")
            .expect("a file is written");
        let mut command = Command::new(program);
        // PgBouncer refuses to run as root.
        if Uid::effective().is_root() {
            let user = User::from_name("postgres").expect("users can be read");
            let user = user.expect("root needs a user `postgres` to run PgBouncer as");
            let (uid, gid) = (user.uid.as_raw(), user.gid.as_raw());
            chown(&directory, Some(uid), Some(gid)).expect("root may do that");
            command.uid(uid).gid(gid);
        }
        let started = command
            .args([OsStr::new("-d"), directory.join("settings").as_os_str()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("PgBouncer can be started");
        assert!(started.success(), "PgBouncer did not start: {started}");
        let address = format!("127.0.0.1:{port}");
        eventually("PgBouncer listens", READY_TIMEOUT, async || {
            TcpStream::connect(&address).await.is_ok()
        })
        .await;
        Self {
            address,
            _reaper: reaper,
        }
    }

    /// Returns its host and port.
    pub(super) fn address(&self) -> &str {
        &self.address
    }
}
