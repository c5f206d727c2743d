//! A TCP proxy between the adapter and the server that loses responses, falls silent, or leads elsewhere.

use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr as _;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use customers_test_support::postgres::TestDatabase;
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Forwards everything, until it is told otherwise. It ends with the test's runtime.
pub(crate) struct Proxy {
    url: String,
    lines: Arc<Lines>,
}

#[derive(Default)]
struct Lines {
    /// The address of the server.
    server: Mutex<String>,
    loses_answers: AtomicBool,
    takes_no_calls: AtomicBool,
    /// The connections accepted so far.
    accepted: AtomicUsize,
    /// So many of them forward nothing any more, and do not close either.
    silent: AtomicUsize,
}

impl Proxy {
    /// Listens in front of that database, which is reached over TCP.
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

    /// From now on what is sent arrives, and the connection breaks when the server answers. New
    /// connections are served as before or turned away.
    pub(crate) fn lose_answers(&self, takes_new_connections: bool) {
        self.lines.loses_answers.store(true, Ordering::SeqCst);
        let takes_no_calls = !takes_new_connections;
        self.lines
            .takes_no_calls
            .store(takes_no_calls, Ordering::SeqCst);
    }

    /// From now on nothing arrives over the connections that there are, in either direction, and none
    /// of them closes. New connections are served as before.
    pub(crate) fn fall_silent(&self) {
        let accepted = self.lines.accepted.load(Ordering::SeqCst);
        self.lines.silent.store(accepted, Ordering::SeqCst);
    }

    /// Leads new connections to another server, where there is a database of the same name.
    pub(crate) fn lead_to(&self, url: &str) {
        let server = PgConnectOptions::from_str(url).unwrap();
        *self.lines.server.lock().unwrap() = address(&server);
    }

    /// Serves new connections as at first.
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
        // A connection that is made after the others broke is a good one.
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

/// Ends, and with it both connections, when one side is closed or a response is lost.
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
