//! Asks the service on this machine whether it is ready: for containers that hold nothing else to
//! ask with.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::cli::HealthcheckArgs;
use crate::failure::Failure;
use crate::greeting::local;

/// For connecting, asking and the answer together.
const TIME_LIMIT: Duration = Duration::from_secs(3);
/// The status line is all that is read.
const STATUS_LINE_MAX: usize = 128;

/// Succeeds when the service says that it is ready.
///
/// # Errors
/// When it says anything else, or nothing in time.
pub(crate) fn run(args: &HealthcheckArgs) -> Result<(), Failure> {
    let address = local(args.listen);
    let not_ready = |reason| Failure::NotReady { address, reason };
    let line = status_line(address).map_err(|error| not_ready(error.to_string()))?;
    match line
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3))
    {
        Some("200") => Ok(()),
        Some(status) if status.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(not_ready(format!("it answers {status}")))
        }
        Some(_) | None => Err(not_ready("its answer is not HTTP".to_owned())),
    }
}

fn status_line(address: SocketAddr) -> io::Result<String> {
    let deadline = Instant::now() + TIME_LIMIT;
    let mut stream = TcpStream::connect_timeout(&address, TIME_LIMIT)?;
    stream.set_write_timeout(Some(TIME_LIMIT))?;
    let request =
        format!("GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut line = Vec::with_capacity(STATUS_LINE_MAX);
    let mut chunk = [0; STATUS_LINE_MAX];
    while line.len() < STATUS_LINE_MAX && !line.contains(&b'\n') {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => line.extend_from_slice(&chunk[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Err(io::ErrorKind::TimedOut.into());
            }
            Err(error) => return Err(error),
        }
    }
    let line = line.split(|byte| *byte == b'\r').next().unwrap_or_default();
    Ok(String::from_utf8_lossy(line).into_owned())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    fn asked_of_a_server_that_answers(answer: &'static str) -> (Result<(), Failure>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let listen = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") {
                stream.read_exact(&mut byte).unwrap();
                request.push(byte[0]);
            }
            stream.write_all(answer.as_bytes()).unwrap();
            String::from_utf8_lossy(&request).into_owned()
        });
        let outcome = run(&HealthcheckArgs { listen });
        (outcome, server.join().unwrap())
    }

    #[test]
    fn a_service_that_answers_200_is_ready() {
        let (outcome, request) = asked_of_a_server_that_answers("HTTP/1.1 200 OK\r\n\r\n");
        assert!(outcome.is_ok());
        assert!(request.starts_with("GET /health/ready HTTP/1.1\r\n"));
    }

    #[test]
    fn any_other_answer_is_not_ready_and_says_why() {
        for (answer, reason) in [
            ("HTTP/1.1 503 Service Unavailable\r\n\r\n", "it answers 503"),
            ("SSH-2.0-x 200\r\n", "its answer is not HTTP"),
            ("HTTP/1.1 2\u{e9}", "its answer is not HTTP"),
            ("hello\r\n", "its answer is not HTTP"),
            ("", "its answer is not HTTP"),
        ] {
            let (outcome, _) = asked_of_a_server_that_answers(answer);
            let message = outcome.unwrap_err().to_string();
            assert!(message.ends_with(reason), "{answer:?}: {message}");
        }
    }

    #[test]
    fn nobody_there_is_not_ready() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let listen = listener.local_addr().unwrap();
        drop(listener);
        assert!(matches!(
            run(&HealthcheckArgs { listen }),
            Err(Failure::NotReady { .. })
        ));
    }
}
