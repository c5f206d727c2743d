//! The load: connections that each send one request after the other and wait for every answer.
//!
//! It shares the machine with what it measures, so it does little: bytes that are prepared once, one
//! thread for all connections, and of an answer just the status and the length.

use std::io;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime;
use tokio::task::JoinSet;

use crate::Result;
use crate::report;
use crate::requests::Requests;

/// What one run of the load saw.
#[derive(Debug)]
pub(crate) struct Measured {
    /// Answers a second.
    pub(crate) rate: f64,
    /// The time of each request, shortest first.
    latencies: Vec<Duration>,
}

impl Measured {
    /// The time within which that share of the requests, from 0 to 100, was answered.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        report::percentile(&self.latencies, percent)
    }

    /// How many requests were answered.
    pub(crate) const fn answers(&self) -> usize {
        self.latencies.len()
    }
}

/// Sends requests over that many connections for that long. Where they go to more than one address,
/// each of these gets its share of the connections.
///
/// # Errors
/// When a connection fails or an answer is not 201.
pub(crate) fn run(connections: u32, length: Duration, requests: &[Requests]) -> Result<Measured> {
    let runtime = runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async {
        let mut opened = Vec::new();
        for (number, requests) in (0..connections).zip(requests.iter().cycle()) {
            let stream = TcpStream::connect(requests.address).await?;
            stream.set_nodelay(true)?;
            opened.push(Connection::new(stream, requests.of_connection(number)));
        }
        let start = Instant::now();
        let end = start + length;
        let mut running = JoinSet::new();
        for connection in opened {
            running.spawn(connection.run_until(end));
        }
        let mut latencies = Vec::new();
        while let Some(finished) = running.join_next().await {
            latencies.append(&mut finished??);
        }
        let took = start.elapsed();
        latencies.sort_unstable();
        let answers = u32::try_from(latencies.len())?;
        Ok(Measured {
            rate: f64::from(answers) / took.as_secs_f64(),
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

    /// Reads one answer and wants it to be 201.
    async fn receive(&mut self) -> Result<()> {
        self.received.clear();
        loop {
            if self.stream.read_buf(&mut self.received).await? == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
            let Some(whole) = whole_length(&self.received) else {
                continue;
            };
            if self.received.len() >= whole {
                break;
            }
        }
        if !self.received.starts_with(b"HTTP/1.1 201 ") {
            let answer = String::from_utf8_lossy(&self.received);
            return Err(format!("an answer that is not 201:\n{answer}").into());
        }
        Ok(())
    }
}

/// How long the answer is, head and body, once its head is there. Ours always have a length.
pub(crate) fn whole_length(received: &[u8]) -> Option<usize> {
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
    fn the_length_of_an_answer_is_that_of_its_head_and_body() {
        let answer = b"HTTP/1.1 201 Created\r\nContent-Length: 12\r\nETag: \"1\"\r\n\r\n";
        assert_eq!(whole_length(answer), Some(answer.len() + 12));
        assert_eq!(whole_length(&answer[..answer.len() - 1]), None);
    }

    #[test]
    fn a_percentile_is_taken_from_the_times_of_the_requests() {
        let measured = Measured {
            rate: 0.0,
            latencies: (1..=200).map(Duration::from_millis).collect(),
        };
        assert_eq!(measured.percentile(50), Duration::from_millis(100));
        assert_eq!(measured.percentile(99), Duration::from_millis(198));
    }
}
