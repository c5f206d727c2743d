//! Runs the service and Postgres as processes on this machine.

use std::net::{Ipv4Addr, SocketAddr};

use async_trait::async_trait;
use customers_test_support::free_port;
use customers_test_support::postgres::PostgresServer;
use customers_tests::Program;
use nix::sys::signal::Signal;
use tokio::sync::Mutex;

use super::pooler::Pooler;
use super::{Finished, Host, Role, Running};

/// The built program, with a server on loopback.
pub(super) struct Processes {
    /// Host and port.
    postgres: String,
    pooler: Option<Pooler>,
}

impl Processes {
    /// Creates a host for a server, optionally with a pooler.
    pub(super) async fn start(postgres: &PostgresServer, pooler: Option<&str>) -> Self {
        let (_, place) = postgres.url().rsplit_once('@').expect("a role in the URL");
        let (address, _) = place.split_once('/').expect("a database in the URL");
        let pooler = match pooler {
            Some("transaction") => Some(Pooler::start(address).await),
            Some(_) => panic!("TEST_E2E_POOLER must be transaction or unset"),
            None => None,
        };
        Self {
            postgres: address.to_owned(),
            pooler,
        }
    }
}

#[async_trait(?Send)]
impl Host for Processes {
    fn database_url(&self, role: Role) -> String {
        let address = match (&self.pooler, role) {
            (Some(pooler), Role::App) => pooler.address(),
            // Migrations need a direct connection.
            (Some(_), Role::Owner) | (None, _) => &self.postgres,
        };
        format!("postgres://{}@{address}/customers", role.name())
    }

    fn database_arguments(&self) -> &'static [&'static str] {
        match self.pooler {
            Some(_) => &["--pooler", "transaction"],
            None => &[],
        }
    }

    async fn run(&self, url: &str, args: &[&str]) -> Finished {
        let url = url.to_owned();
        let args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
        let output = tokio::task::spawn_blocking(move || {
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            Program::run(&url, &args)
        });
        let output = output.await.expect("the program can be started");
        Finished {
            exit_code: output.status.code().map_or(-1, i64::from),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    async fn serve(&self, url: &str, args: &[&str]) -> Box<dyn Running> {
        let copy = Copy {
            address: (Ipv4Addr::LOCALHOST, free_port()).into(),
            url: url.to_owned(),
            args: args.iter().map(|&arg| arg.to_owned()).collect(),
            state: Mutex::default(),
        };
        copy.start().await;
        Box::new(copy)
    }
}

/// An instance of the program as a process.
struct Copy {
    address: SocketAddr,
    url: String,
    args: Vec<String>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    program: Option<Program>,
    /// Output of ended processes.
    log: String,
}

impl Copy {
    async fn end(&self, signal: Signal) -> i64 {
        let mut state = self.state.lock().await;
        let program = state.program.take().expect("it runs");
        program.signal(signal);
        let (status, log) = program.ended().await;
        state.log.push_str(&log);
        status.code().map_or(-1, i64::from)
    }
}

#[async_trait(?Send)]
impl Running for Copy {
    fn address(&self) -> SocketAddr {
        self.address
    }

    async fn stop(&self) -> i64 {
        self.end(Signal::SIGTERM).await
    }

    async fn kill(&self) {
        self.end(Signal::SIGKILL).await;
    }

    async fn start(&self) {
        let args: Vec<&str> = self.args.iter().map(String::as_str).collect();
        let program = Program::serve_at(&self.address.to_string(), &self.url, &args).await;
        self.state.lock().await.program = Some(program);
    }

    async fn log(&self) -> String {
        let state = self.state.lock().await;
        let now = state.program.as_ref().map(Program::log);
        format!("{}{}", state.log, now.unwrap_or_default())
    }
}
