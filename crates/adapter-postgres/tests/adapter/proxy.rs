//! A TCP proxy between the adapter and the server that can lose responses, stop forwarding, or connect to another
//! server.

use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr as _;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use customers_test_support::postgres::TestDatabase;
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Forwards all bytes until it is configured otherwise. It ends with the runtime of the test.
pub(crate) struct Proxy {
    url: String,
    lines: Arc<Lines>,
}

#[derive(Default)]
struct Lines {
    /// Address of the server.
    server: Mutex<String>,
    loses_answers: AtomicBool,
    takes_no_calls: AtomicBool,
    /// Number of accepted connections.
    accepted: AtomicUsize,
    /// Number of connections that neither forward bytes nor close.
    silent: AtomicUsize,
}

impl Proxy {
    /// Listens in front of a database that is reached over TCP.
    pub(crate) async fn before(database: &TestDatabase) -> Self {
        let server = PgConnectOptions::from_str(database.url()).unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let own: SocketAddr = listener.local_addr().unwrap();
        let lines = Arc::new(Lines::default());
        *lines.server.lock().unwrap() = address(&server);
        tokio::spawn(accept(listener, Arc::clone(&lines)));
        let through = server.host(&own.ip().to_string()).port(own.port());
        Self {
            url: through.to_url_lossy().into(),
            lines,
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Forwards requests from now on, and closes the connection when the server responds. New connections are served or
    /// refused.
    pub(crate) fn lose_answers(&self, takes_new_connections: bool) {
        self.lines.loses_answers.store(true, Ordering::SeqCst);
        let takes_no_calls = !takes_new_connections;
        self.lines
            .takes_no_calls
            .store(takes_no_calls, Ordering::SeqCst);
    }

    /// Forwards nothing over existing connections from now on, in either direction, and keeps them open. New
    /// connections are served.
    pub(crate) fn fall_silent(&self) {
        let accepted = self.lines.accepted.load(Ordering::SeqCst);
        self.lines.silent.store(accepted, Ordering::SeqCst);
    }

    /// Connects new connections to another server, which has a database with the same name.
    pub(crate) fn lead_to(&self, url: &str) {
        let server = PgConnectOptions::from_str(url).unwrap();
        *self.lines.server.lock().unwrap() = address(&server);
    }

    /// Serves new connections normally again.
    pub(crate) fn recover(&self) {
        self.lines.loses_answers.store(false, Ordering::SeqCst);
        self.lines.takes_no_calls.store(false, Ordering::SeqCst);
    }
}

fn address(server: &PgConnectOptions) -> String {
    format!("{}:{}", server.get_host(), server.get_port())
}

async fn accept(listener: TcpListener, lines: Arc<Lines>) {
    while let Ok((client, _)) = listener.accept().await {
        if lines.takes_no_calls.load(Ordering::SeqCst) {
            continue;
        }
        let number = lines.accepted.fetch_add(1, Ordering::SeqCst);
        // A connection that is accepted after the others broke is served normally.
        let breaks = !lines.loses_answers.load(Ordering::SeqCst);
        let (server, lines) = (lines.server.lock().unwrap().clone(), Arc::clone(&lines));
        tokio::spawn(async move {
            let server = TcpStream::connect(server).await.unwrap();
            let loses = || breaks && lines.loses_answers.load(Ordering::SeqCst);
            let is_silent = || number < lines.silent.load(Ordering::SeqCst);
            forward(client, server, loses, is_silent).await;
        });
    }
}

/// Ends, and closes both connections, when one side is closed or a response is lost.
async fn forward(
    mut client: TcpStream,
    mut server: TcpStream,
    loses: impl Fn() -> bool,
    is_silent: impl Fn() -> bool,
) {
    let (mut sent, mut answered) = (vec![0; 65536], vec![0; 65536]);
    loop {
        let (from_client, read) = tokio::select! {
            read = client.read(&mut sent) => (true, read),
            read = server.read(&mut answered) => (false, read),
        };
        if is_silent() {
            // Both sockets stay open.
            std::future::pending::<()>().await;
        }
        let forwarded = match read {
            Ok(length @ 1..) if from_client => server.write_all(&sent[..length]).await,
            Ok(length @ 1..) if !loses() => client.write_all(&answered[..length]).await,
            _ => return,
        };
        if forwarded.is_err() {
            return;
        }
    }
}
