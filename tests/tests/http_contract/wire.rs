//! Behaviour that needs a connection: slow bodies, responses to HEAD, and invalid framing.

use std::net::SocketAddr;
use std::time::Duration;

use customers_http_kit::server::{Drain, Limits, bind, serve};
use customers_metrics::ConnectionMetrics;
use customers_tests::{Answer, TestApp, bodies};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Timeout of every response.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The app behind a listener, which closes when the value is dropped.
pub(crate) struct Listening {
    pub(crate) address: SocketAddr,
    drain: Drain,
}

impl Listening {
    pub(crate) fn with(app: &TestApp, limits: Limits) -> Self {
        let listener = bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let drain = Drain::new();
        let uncounted = ConnectionMetrics::default();
        tokio::spawn(serve(
            listener,
            app.router(),
            limits,
            drain.clone(),
            uncounted,
        ));
        Self { address, drain }
    }

    /// Sends bytes and reads until the connection is closed.
    pub(crate) async fn exchange(&self, request: &[u8]) -> String {
        let talk = async {
            let mut stream = TcpStream::connect(self.address).await.unwrap();
            stream.write_all(request).await.unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await.unwrap();
            String::from_utf8(answer).unwrap()
        };
        timeout(PATIENCE, talk)
            .await
            .expect("an answer and a close")
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.drain.close();
    }
}

/// Parses a response.
pub(crate) fn answer(text: &str) -> Answer {
    let (head, body) = text
        .split_once("\r\n\r\n")
        .unwrap_or_else(|| panic!("no answer: {text:?}"));
    let mut lines = head.lines();
    let status = lines
        .next()
        .unwrap()
        .split(' ')
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    let headers = lines.map(|line| {
        let (name, value) = line.split_once(": ").unwrap();
        (
            name.parse::<http::HeaderName>().unwrap(),
            value.parse().unwrap(),
        )
    });
    Answer {
        status,
        headers: headers.filter(|(name, _)| name != "date").collect(),
        body: body.to_owned().into(),
    }
}

pub async fn a_body_that_never_arrives_times_out_and_closes_the_connection(app: TestApp) {
    let short = Limits {
        body: Duration::from_millis(200),
        ..Limits::default()
    };
    let server = Listening::with(&app, short);
    let whole = app.post(&bodies::person()).into_bytes();
    let text = server.exchange(&whole[..whole.len() - 1]).await;
    answer(&text).assert_problem("request_timeout", &[("connection", "close")]);
}

pub async fn a_body_that_is_too_large_is_refused_before_it_arrives(app: TestApp) {
    let server = Listening::with(&app, Limits::default());
    let call = app.post(&bodies::person()).without("content-type");
    let head =
        String::from_utf8(call.header("content-type", "application/json").into_bytes()).unwrap();
    let (head, _) = head.split_once("\r\n\r\n").unwrap();
    let length = head
        .lines()
        .find(|line| line.starts_with("content-length"))
        .unwrap();
    let declared = head.replace(length, "content-length: 70000");
    let text = server
        .exchange(format!("{declared}\r\n\r\n{{").as_bytes())
        .await;
    answer(&text).assert_problem("payload_too_large", &[("connection", "close")]);
}

pub async fn a_response_to_head_has_no_body(app: TestApp) {
    let server = Listening::with(&app, Limits::default());
    let id = app.create(&bodies::person()).await.id();
    for path in [
        format!("/customers/{id}"),
        "/customers/nobody".to_owned(),
        "/docs".to_owned(),
        "/x".to_owned(),
    ] {
        let head = server
            .exchange(&app.get(&path).method("HEAD").into_bytes())
            .await;
        let get = server.exchange(&app.get(&path).into_bytes()).await;
        let (head, get) = (answer(&head), answer(&get));
        assert_eq!(
            (head.status, head.text().as_str()),
            (get.status, ""),
            "{path}"
        );
        assert!(!get.text().is_empty());
        assert_eq!(head.headers, get.headers, "{path}");
    }
}

pub async fn a_request_with_ambiguous_length_is_refused_and_the_connection_closes(app: TestApp) {
    let server = Listening::with(&app, Limits::default());
    let framed =
        |headers: &str| format!("POST /customers HTTP/1.1\r\nHost: a\r\n{headers}\r\n\r\n{{}}");
    for bad in [
        "nonsense\r\n\r\n".to_owned(),
        "GET /customers\r\n\r\n".to_owned(),
        framed("Content-Length: x"),
        framed("Content-Length: 2\r\nContent-Length: 3"),
        framed("Content-Length: -1"),
        framed("Transfer-Encoding: gzip"),
    ] {
        let text = server.exchange(bad.as_bytes()).await;
        assert!(text.starts_with("HTTP/1.1 400 "), "{bad:?}: {text:?}");
    }
}

pub async fn headers_of_16_kib_are_read(app: TestApp) {
    let server = Listening::with(&app, Limits::default());
    let id = app.create(&bodies::person()).await.id();
    let call = app.get(&format!("/customers/{id}"));
    let length = call.clone().into_bytes().len();
    let filler = "f".repeat(16 * 1024 - length - "x-filler: \r\n".len());
    let text = server
        .exchange(&call.header("x-filler", filler).into_bytes())
        .await;
    assert_eq!(answer(&text).status, 200, "{text}");
}

pub async fn a_client_that_expects_100_continue_gets_it(app: TestApp) {
    let server = Listening::with(&app, Limits::default());
    let call = app.post(&bodies::person()).header("expect", "100-continue");
    let text = server.exchange(&call.into_bytes()).await;
    let (interim, rest) = text.split_once("\r\n\r\n").unwrap();
    assert_eq!(interim, "HTTP/1.1 100 Continue");
    assert_eq!(answer(rest).status, 201);
}
