//! A lone caller: one connection that sends a request, waits for the answer, and keeps it.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::Result;
use crate::load::whole_length;

/// A caller with a key of its own.
pub(crate) struct Caller {
    stream: TcpStream,
    /// The header lines that each request begins with.
    head: String,
    received: Vec<u8>,
}

impl Caller {
    /// Connects.
    ///
    /// # Errors
    /// When nobody listens there.
    pub(crate) fn connect(address: SocketAddr, api_key: &str) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            head: format!("Host: {address}\r\nAuthorization: Bearer {api_key}\r\n"),
            received: Vec::with_capacity(256 * 1024),
        })
    }

    /// Reads what is there, and says how long the answer took.
    ///
    /// # Errors
    /// When the connection fails or the answer is not 200.
    pub(crate) fn get(&mut self, path: &str) -> Result<Duration> {
        let request = format!("GET {path} HTTP/1.1\r\n{}\r\n", self.head);
        self.send(&request, 200)
    }

    /// Creates a customer, with an idempotency key where there is one, wants to be answered with that
    /// status, and says how long the answer took.
    ///
    /// # Errors
    /// When the connection fails or the answer is another one.
    pub(crate) fn create(
        &mut self,
        body: &str,
        key: Option<&str>,
        wanted: u16,
    ) -> Result<Duration> {
        let key = key.map_or(String::new(), |key| format!("Idempotency-Key: {key}\r\n"));
        let request = format!(
            "POST /customers HTTP/1.1\r\n{}{key}Content-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.head,
            body.len()
        );
        self.send(&request, wanted)
    }

    /// Changes what is there in that version, and says how long the answer took.
    ///
    /// # Errors
    /// When the connection fails or the answer is not 200.
    pub(crate) fn change(
        &mut self,
        method: &str,
        path: &str,
        version: u32,
        body: &str,
    ) -> Result<Duration> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\n{}If-Match: \"{version}\"\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.head,
            body.len()
        );
        self.send(&request, 200)
    }

    /// The last answer, head and body.
    ///
    /// # Errors
    /// When it is not text.
    pub(crate) fn answer(&self) -> Result<&str> {
        Ok(std::str::from_utf8(&self.received)?)
    }

    fn send(&mut self, request: &str, wanted: u16) -> Result<Duration> {
        let start = Instant::now();
        self.stream.write_all(request.as_bytes())?;
        self.receive()?;
        let took = start.elapsed();
        let expected = format!("HTTP/1.1 {wanted} ");
        if self.received.starts_with(expected.as_bytes()) {
            Ok(took)
        } else {
            let answer = String::from_utf8_lossy(&self.received);
            let line = request.lines().next().unwrap_or_default();
            Err(format!("an answer to {line} that is not {wanted}:\n{answer}").into())
        }
    }

    fn receive(&mut self) -> Result<()> {
        let mut chunk = [0; 16 * 1024];
        self.received.clear();
        let mut whole = None;
        while whole.is_none_or(|whole| self.received.len() < whole) {
            let length = self.stream.read(&mut chunk)?;
            if length == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
            self.received.extend_from_slice(&chunk[..length]);
            whole = whole.or_else(|| whole_length(&self.received));
        }
        Ok(())
    }
}
