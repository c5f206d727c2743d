//! A blocking HTTP client with one connection, which keeps the last response.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::Result;
use crate::load::response_length;

/// A client with an API key.
pub(crate) struct Client {
    stream: TcpStream,
    /// Header lines of every request.
    headers: String,
    received: Vec<u8>,
}

impl Client {
    /// Connects to the service.
    ///
    /// # Errors
    /// Returns an error if the connection fails.
    pub(crate) fn connect(address: SocketAddr, api_key: &str) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            headers: format!("Host: {address}\r\nAuthorization: Bearer {api_key}\r\n"),
            received: Vec::with_capacity(256 * 1024),
        })
    }

    /// Sends a GET request and returns the time until its response.
    ///
    /// # Errors
    /// Returns an error if the connection fails or the status is not 200.
    pub(crate) fn get(&mut self, path: &str) -> Result<Duration> {
        let request = format!("GET {path} HTTP/1.1\r\n{}\r\n", self.headers);
        self.send(&request, 200)
    }

    /// Creates a customer, with an optional idempotency key, and returns the time until the response.
    ///
    /// # Errors
    /// Returns an error if the connection fails or the status is not `expected`.
    pub(crate) fn create(
        &mut self,
        body: &str,
        key: Option<&str>,
        expected: u16,
    ) -> Result<Duration> {
        let key = key.map_or(String::new(), |key| format!("Idempotency-Key: {key}\r\n"));
        let request = format!(
            "POST /customers HTTP/1.1\r\n{}{key}Content-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.headers,
            body.len()
        );
        self.send(&request, expected)
    }

    /// Sends a change of the given version and returns the time until its response.
    ///
    /// # Errors
    /// Returns an error if the connection fails or the status is not 200.
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
            self.headers,
            body.len()
        );
        self.send(&request, 200)
    }

    /// Returns the last response, head and body.
    ///
    /// # Errors
    /// Returns an error if it is not UTF-8.
    pub(crate) fn response(&self) -> Result<&str> {
        Ok(std::str::from_utf8(&self.received)?)
    }

    fn send(&mut self, request: &str, expected: u16) -> Result<Duration> {
        let start = Instant::now();
        self.stream.write_all(request.as_bytes())?;
        self.receive()?;
        let took = start.elapsed();
        let status_line = format!("HTTP/1.1 {expected} ");
        if self.received.starts_with(status_line.as_bytes()) {
            Ok(took)
        } else {
            let response = String::from_utf8_lossy(&self.received);
            let line = request.lines().next().unwrap_or_default();
            Err(format!("expected status {expected} for {line}, received:\n{response}").into())
        }
    }

    fn receive(&mut self) -> Result<()> {
        let mut chunk = [0; 16 * 1024];
        self.received.clear();
        let mut expected_length = None;
        while expected_length.is_none_or(|expected| self.received.len() < expected) {
            let length = self.stream.read(&mut chunk)?;
            if length == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
            self.received.extend_from_slice(&chunk[..length]);
            expected_length = expected_length.or_else(|| response_length(&self.received));
        }
        Ok(())
    }
}
