//! The load: connections that each send one request at a time and wait for its response.
//!
//! The load shares the machine with the service, so it does as little as possible. Requests are prepared
//! bytes, one thread drives all connections, and only the status and the length of a response are read.

use std::io;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime;
use tokio::task::JoinSet;

use crate::Result;
use crate::report;
use crate::requests::Requests;

/// Result of one run of the load.
#[derive(Debug)]
pub(crate) struct LoadResult {
    /// Responses per second.
    pub(crate) rate: f64,
    /// Latency of each request, in ascending order.
    latencies: Vec<Duration>,
}

impl LoadResult {
    /// Returns a percentile (0 to 100) of the latencies.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        report::percentile(&self.latencies, percent)
    }

    /// Returns the number of responses.
    pub(crate) const fn responses(&self) -> usize {
        self.latencies.len()
    }
}

/// Sends requests over the given number of connections for the given time. The connections are distributed
/// evenly over `requests`, which may have different addresses.
///
/// # Errors
/// Returns an error if a connection fails or a status is not 201.
pub(crate) fn run(
    connections: u32,
    duration: Duration,
    requests: &[Requests],
) -> Result<LoadResult> {
    let runtime = runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async {
        let mut opened = Vec::new();
        for (number, requests) in (0..connections).zip(requests.iter().cycle()) {
            let stream = TcpStream::connect(requests.address).await?;
            stream.set_nodelay(true)?;
            opened.push(Connection::new(stream, requests.of_connection(number)));
        }
        let start = Instant::now();
        let end = start + duration;
        let mut running = JoinSet::new();
        for connection in opened {
            running.spawn(connection.run_until(end));
        }
        let mut latencies = Vec::new();
        while let Some(finished) = running.join_next().await {
            latencies.append(&mut finished??);
        }
        let elapsed = start.elapsed();
        latencies.sort_unstable();
        let responses = u32::try_from(latencies.len())?;
        Ok(LoadResult {
            rate: f64::from(responses) / elapsed.as_secs_f64(),
            latencies,
        })
    })
}

struct Connection {
    stream: TcpStream,
    requests: Requests,
    received: Vec<u8>,
}

impl Connection {
    fn new(stream: TcpStream, requests: Requests) -> Self {
        Self {
            stream,
            requests,
            received: Vec::with_capacity(4096),
        }
    }

    async fn run_until(mut self, end: Instant) -> Result<Vec<Duration>> {
        let mut latencies = Vec::new();
        let mut now = Instant::now();
        while now < end {
            self.stream.write_all(self.requests.next()).await?;
            self.receive().await?;
            let after = Instant::now();
            latencies.push(after - now);
            now = after;
        }
        Ok(latencies)
    }

    /// Reads one response. Returns an error if its status is not 201.
    async fn receive(&mut self) -> Result<()> {
        self.received.clear();
        loop {
            if self.stream.read_buf(&mut self.received).await? == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
            let Some(length) = response_length(&self.received) else {
                continue;
            };
            if self.received.len() >= length {
                break;
            }
        }
        if !self.received.starts_with(b"HTTP/1.1 201 ") {
            let response = String::from_utf8_lossy(&self.received);
            return Err(format!("expected status 201, received:\n{response}").into());
        }
        Ok(())
    }
}

/// Returns the length of a response, head and body, or `None` until its head is complete. The service always
/// sends a `Content-Length`.
pub(crate) fn response_length(received: &[u8]) -> Option<usize> {
    const HEADER: &[u8] = b"content-length: ";
    let head = received.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let length = received[..head]
        .windows(HEADER.len())
        .position(|bytes| bytes.eq_ignore_ascii_case(HEADER))
        .map_or(0, |at| number_at(&received[at + HEADER.len()..]));
    Some(head + 4 + length)
}

fn number_at(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .fold(0, |number, byte| number * 10 + usize::from(byte - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_response_includes_head_and_body() {
        let response = b"HTTP/1.1 201 Created\r\nContent-Length: 12\r\nETag: \"1\"\r\n\r\n";
        assert_eq!(response_length(response), Some(response.len() + 12));
        assert_eq!(response_length(&response[..response.len() - 1]), None);
    }

    #[test]
    fn a_percentile_is_taken_from_the_latencies() {
        let result = LoadResult {
            rate: 0.0,
            latencies: (1..=200).map(Duration::from_millis).collect(),
        };
        assert_eq!(result.percentile(50), Duration::from_millis(100));
        assert_eq!(result.percentile(99), Duration::from_millis(198));
    }
}
