//! A server with a few routes for tests, and clients that send raw bytes.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "these are test helpers, where a panic is a failed test"
)]

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use customers_http_kit::server::{BodyTimedOut, Drain, Limits, bind, serve};
use customers_metrics::ConnectionMetrics;
use http::StatusCode;
use http_body_util::BodyExt as _;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Semaphore,
    task::JoinHandle,
    time::timeout,
};

/// Timeout of every wait. It is far longer than any step takes.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Size of the large response in bytes. It exceeds the socket buffers of both sides.
pub(crate) const LARGE: usize = 32 * 1024 * 1024;
static LARGE_BODY: [u8; LARGE] = [b'x'; LARGE];

pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    let result = timeout(TIMEOUT, future).await;
    result.unwrap_or_else(|_| panic!("{what} did not happen in {TIMEOUT:?}"))
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) drain: Drain,
    pub(crate) task: JoinHandle<()>,
    started: Arc<Semaphore>,
    finish: Arc<Semaphore>,
}

impl Server {
    pub(crate) fn start(limits: Limits) -> Self {
        let listener = bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let drain = Drain::new();
        let started = Arc::new(Semaphore::new(0));
        let finish = Arc::new(Semaphore::new(0));
        let routes = routes(Arc::clone(&started), Arc::clone(&finish));
        let task = tokio::spawn(serve(
            listener,
            routes,
            limits,
            drain.clone(),
            ConnectionMetrics::default(),
        ));
        Self {
            address,
            drain,
            task,
            started,
            finish,
        }
    }

    pub(crate) async fn client(&self) -> RawClient {
        RawClient(TcpStream::connect(self.address).await.unwrap())
    }

    /// Returns a client whose request is in progress until [`finish_one`](Self::finish_one).
    pub(crate) async fn working(&self) -> RawClient {
        let mut client = self.client().await;
        client.get("/work").await;
        within("the start of the work", self.started.acquire())
            .await
            .unwrap()
            .forget();
        client
    }

    pub(crate) fn finish_one(&self) {
        self.finish.add_permits(1);
    }

    /// Sends a valid request on its own connection.
    pub(crate) async fn good_request(&self) -> RawResponse {
        let mut client = self.client().await;
        client.get("/").await;
        client.response().await
    }

    /// Waits until `serve` returns.
    pub(crate) async fn ended(self) {
        within("the server's end", self.task).await.unwrap();
    }
}

fn routes(started: Arc<Semaphore>, finish: Arc<Semaphore>) -> Router {
    let work = async move || {
        started.add_permits(1);
        finish.acquire().await.unwrap().forget();
        "done"
    };
    Router::new()
        .route("/", get(async || "hello"))
        .route("/work", get(work))
        .route("/body", post(read_body))
        .route("/first-frame", post(read_first_frame))
        .route("/unread", post(async || StatusCode::UNAUTHORIZED))
        .route("/large", get(async || Bytes::from_static(&LARGE_BODY)))
        .route("/panic", get(panicking))
}

async fn read_body(body: Body) -> Response {
    match to_bytes(body, 1024).await {
        Ok(bytes) => bytes.into_response(),
        Err(error) if BodyTimedOut::caused(&error) => StatusCode::REQUEST_TIMEOUT.into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

async fn read_first_frame(mut body: Body) -> StatusCode {
    body.frame().await.unwrap().unwrap();
    StatusCode::UNPROCESSABLE_ENTITY
}

async fn panicking() -> StatusCode {
    panic!("a handler panicked")
}

pub(crate) struct RawClient(pub(crate) TcpStream);

/// The head of a response, in lower case, and its body.
pub(crate) struct RawResponse {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl RawResponse {
    pub(crate) fn status(&self) -> u16 {
        self.head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .unwrap()
    }

    pub(crate) fn closes(&self) -> bool {
        self.head.contains("\r\nconnection: close\r\n")
    }
}

impl RawClient {
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    pub(crate) async fn get(&mut self, path: &str) {
        self.send(format!("GET {path} HTTP/1.1\r\nHost: example.com\r\n\r\n"))
            .await;
    }

    /// Sends the head of a `POST` with a declared length of `length` bytes.
    pub(crate) async fn post(&mut self, path: &str, length: usize) {
        self.send(format!(
            "POST {path} HTTP/1.1\r\nHost: example.com\r\nContent-Length: {length}\r\n\r\n"
        ))
        .await;
    }

    pub(crate) async fn response(&mut self) -> RawResponse {
        let mut response = self.head().await;
        let length = response
            .head
            .split("\r\ncontent-length: ")
            .nth(1)
            .and_then(|rest| rest.split("\r\n").next());
        response.body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        within("a body", self.0.read_exact(&mut response.body))
            .await
            .unwrap();
        response
    }

    /// Reads a response without a body.
    pub(crate) async fn head(&mut self) -> RawResponse {
        within("a response", async {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(self.0.read_u8().await.unwrap());
            }
            RawResponse {
                head: String::from_utf8(head).unwrap().to_ascii_lowercase(),
                body: Vec::new(),
            }
        })
        .await
    }

    /// Waits until the server closes the connection, and returns the number of bytes that were received until then.
    pub(crate) async fn closed(&mut self) -> usize {
        within("the close", async {
            let mut bytes = 0;
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(read @ 1..) = self.0.read(&mut buffer).await {
                bytes += read;
            }
            bytes
        })
        .await
    }
}
