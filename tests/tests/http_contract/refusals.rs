//! Requests that are refused before their body is read, on connections that are then reused.

use customers_domain::Scope;
use customers_http_kit::server::Limits;
use customers_tests::{Answer, Call, TestApp, bodies};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::wire::{Listening, PATIENCE, answer};

const SOMEBODY: &str = "/customers/01997099-05b3-7c4e-9b1f-2f6a1d3c5e70";

/// A client that keeps its connection, and sends the head and the body of a request in two steps.
struct Client(TcpStream);

impl Client {
    async fn of(server: &Listening) -> Self {
        Self(TcpStream::connect(server.address).await.unwrap())
    }

    /// Sends the head, reads the response, and then sends the body.
    async fn send(&mut self, call: Call) -> Answer {
        let request = String::from_utf8(call.into_bytes()).unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let head = head.replace("\r\nconnection: close", "");
        self.write(&format!("{head}\r\n\r\n")).await;
        let answer = self.answer().await;
        self.write(body).await;
        answer
    }

    async fn write(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    async fn answer(&mut self) -> Answer {
        let read = async {
            let mut text = Vec::new();
            while !text.ends_with(b"\r\n\r\n") {
                text.push(self.0.read_u8().await.unwrap());
            }
            let head = answer(str::from_utf8(&text).unwrap());
            let length = head.header("content-length").parse().unwrap();
            let mut body = vec![0; length];
            self.0.read_exact(&mut body).await.unwrap();
            Answer {
                body: body.into(),
                ..head
            }
        };
        timeout(PATIENCE, read).await.expect("an answer")
    }

    /// Reads until the server closes the connection, and returns the remaining bytes.
    async fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let read = self.0.read_to_end(&mut rest);
        timeout(PATIENCE, read).await.expect("a close").unwrap();
        rest
    }
}

/// Returns a create and an edit with faults that are detected before the body is read.
async fn refused_early(app: &TestApp) -> Vec<(u16, Call)> {
    let create = app.post(&bodies::person());
    let edit = create.clone().method("PATCH").path(SOMEBODY);
    let reader = app.key_of("Acme", &[Scope::CUSTOMERS_READ]).await;
    let unknown = create.clone().path("/customers?validate=true");
    vec![
        (401, create.clone().without("authorization")),
        (403, create.clone().key(&reader)),
        (404, create.clone().path("/clients")),
        (405, create.clone().method("PUT")),
        (406, create.clone().header("accept", "text/html")),
        (415, create.clone().header("content-type", "text/plain")),
        (400, unknown),
        (400, create.clone().header("idempotency-key", "")),
        (428, edit),
        // A GET with a body.
        (200, create.path("/health/live").method("GET")),
    ]
}

pub async fn the_connection_is_reused_after_a_refusal_before_the_body(app: TestApp) {
    let server = Listening::with(&app, Limits::default());
    let refused = refused_early(&app).await;
    let mut client = Client::of(&server).await;
    for (status, call) in refused {
        let answer = client.send(call.clone()).await;
        assert_eq!(answer.status, status, "{call:?}: {}", answer.text());
        assert_eq!(answer.header("connection"), "", "{call:?}");
        let next = client.send(app.get("/customers")).await;
        assert_eq!(next.status, 200, "after {call:?}: {}", next.text());
    }
}

pub async fn a_refusal_without_reading_the_body_closes_the_connection(app: TestApp) {
    let server = Listening::with(&app, Limits::default());
    let refused = "POST /customers HTTP/1.1\r\nHost: a\r\n";
    for framing in [
        "Content-Length: 65537",
        "Transfer-Encoding: chunked",
        "Content-Length: 2\r\nExpect: 100-continue",
    ] {
        let mut client = Client::of(&server).await;
        client.write(&format!("{refused}{framing}\r\n\r\n")).await;
        let answer = client.answer().await;
        assert_eq!(answer.status, 401, "{framing}");
        assert_eq!(answer.header("connection"), "close", "{framing}");
        assert_eq!(client.rest().await, b"", "{framing}");
    }
}
