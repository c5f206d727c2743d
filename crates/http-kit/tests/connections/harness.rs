//! A server with a few telling routes, and callers that speak raw bytes.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helper fails as the test itself does"
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

/// Far longer than anything here takes; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Bytes of the big answer: more than the sockets of both sides hold.
pub(crate) const BIG: usize = 32 * 1024 * 1024;
static BIG_BODY: [u8; BIG] = [b'x'; BIG];

pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    let in_time = timeout(PATIENCE, future).await;
    in_time.unwrap_or_else(|_| panic!("{what} did not happen in {PATIENCE:?}"))
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

    pub(crate) async fn caller(&self) -> Caller {
        Caller(TcpStream::connect(self.address).await.unwrap())
    }

    /// A caller whose request is now being worked on, until [`finish_one`](Self::finish_one).
    pub(crate) async fn working(&self) -> Caller {
        let mut caller = self.caller().await;
        caller.get("/work").await;
        within("the start of the work", self.started.acquire())
            .await
            .unwrap()
            .forget();
        caller
    }

    pub(crate) fn finish_one(&self) {
        self.finish.add_permits(1);
    }

    /// A good request on a connection of its own.
    pub(crate) async fn good_request(&self) -> Answer {
        let mut caller = self.caller().await;
        caller.get("/").await;
        caller.answer().await
    }

    /// The end of `serve`.
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
        .route("/big", get(async || Bytes::from_static(&BIG_BODY)))
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
    panic!("a defect")
}

pub(crate) struct Caller(pub(crate) TcpStream);

/// An answer's head, in lower case, and its body.
pub(crate) struct Answer {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
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

impl Caller {
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    pub(crate) async fn get(&mut self, path: &str) {
        self.send(format!("GET {path} HTTP/1.1\r\nHost: example.com\r\n\r\n"))
            .await;
    }

    /// Sends the head of a `POST` that announces `length` bytes.
    pub(crate) async fn post(&mut self, path: &str, length: usize) {
        self.send(format!(
            "POST {path} HTTP/1.1\r\nHost: example.com\r\nContent-Length: {length}\r\n\r\n"
        ))
        .await;
    }

    pub(crate) async fn answer(&mut self) -> Answer {
        let mut answer = self.head().await;
        let length = answer
            .head
            .split("\r\ncontent-length: ")
            .nth(1)
            .and_then(|rest| rest.split("\r\n").next());
        answer.body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        within("a body", self.0.read_exact(&mut answer.body))
            .await
            .unwrap();
        answer
    }

    /// The head of an answer that has no body.
    pub(crate) async fn head(&mut self) -> Answer {
        within("an answer", async {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(self.0.read_u8().await.unwrap());
            }
            Answer {
                head: String::from_utf8(head).unwrap().to_ascii_lowercase(),
                body: Vec::new(),
            }
        })
        .await
    }

    /// Waits until the server closes; answers how many bytes still came.
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
