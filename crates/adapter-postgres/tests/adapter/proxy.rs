//! Something between the adapter and the server that loses answers.

use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use customers_test_support::postgres::TestDatabase;
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Hands everything on, until it is told to lose the answers. It ends with the test's runtime.
pub(crate) struct Proxy {
    url: String,
    lines: Arc<Lines>,
}

#[derive(Default)]
struct Lines {
    loses_answers: AtomicBool,
    takes_no_calls: AtomicBool,
}

impl Proxy {
    /// Listens in front of that database, which is reached over TCP.
    pub(crate) async fn before(database: &TestDatabase) -> Self {
        let server = PgConnectOptions::from_str(database.url()).unwrap();
        let address = format!("{}:{}", server.get_host(), server.get_port());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let own: SocketAddr = listener.local_addr().unwrap();
        let lines = Arc::new(Lines::default());
        tokio::spawn(accept(listener, address, Arc::clone(&lines)));
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

    /// Serves new connections as at first.
    pub(crate) fn recover(&self) {
        self.lines.loses_answers.store(false, Ordering::SeqCst);
        self.lines.takes_no_calls.store(false, Ordering::SeqCst);
    }
}

async fn accept(listener: TcpListener, server: String, lines: Arc<Lines>) {
    while let Ok((client, _)) = listener.accept().await {
        if lines.takes_no_calls.load(Ordering::SeqCst) {
            continue;
        }
        // A connection that is made after the others broke is a good one.
        let breaks = !lines.loses_answers.load(Ordering::SeqCst);
        let (server, lines) = (server.clone(), Arc::clone(&lines));
        tokio::spawn(async move {
            let server = TcpStream::connect(server).await.unwrap();
            let loses = || breaks && lines.loses_answers.load(Ordering::SeqCst);
            hand_on(client, server, loses).await;
        });
    }
}

/// Ends, and with it both connections, when one side is closed or an answer is lost.
async fn hand_on(mut client: TcpStream, mut server: TcpStream, loses: impl Fn() -> bool) {
    let (mut sent, mut answered) = (vec![0; 65536], vec![0; 65536]);
    loop {
        let handed_on = tokio::select! {
            read = client.read(&mut sent) => match read {
                Ok(length @ 1..) => server.write_all(&sent[..length]).await,
                _ => return,
            },
            read = server.read(&mut answered) => match read {
                Ok(length @ 1..) if !loses() => client.write_all(&answered[..length]).await,
                _ => return,
            },
        };
        if handed_on.is_err() {
            return;
        }
    }
}
