//! Checks that the service on this machine is ready, for containers without an HTTP client.

use std::time::Duration;

use ureq::{Agent, Error};

use crate::cli::HealthcheckArgs;
use crate::failure::Failure;
use crate::greeting::local;

/// Timeout of the whole request, including the connection.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Succeeds if the service is ready.
///
/// # Errors
/// Returns an error for any other response, and if there is no response in time.
pub(crate) fn run(args: &HealthcheckArgs) -> Result<(), Failure> {
    let address = local(args.listen);
    let agent: Agent = Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .build()
        .new_agent();
    let result = agent.get(format!("http://{address}/health/ready")).call();
    let reason = match result.map(|response| response.status().as_u16()) {
        Ok(200) => return Ok(()),
        Ok(status) => format!("it responded with status {status}"),
        Err(Error::Timeout(_)) => "it did not respond in time".to_owned(),
        Err(Error::Io(error)) => error.to_string(),
        Err(_) => "its response is not HTTP".to_owned(),
    };
    Err(Failure::NotReady { address, reason })
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    fn check_server_with_response(response: &'static str) -> (Result<(), Failure>, String) {
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
            stream.write_all(response.as_bytes()).unwrap();
            String::from_utf8_lossy(&request).into_owned()
        });
        let outcome = run(&HealthcheckArgs { listen });
        (outcome, server.join().unwrap())
    }

    #[test]
    fn status_200_is_ready() {
        let (outcome, request) =
            check_server_with_response("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        assert!(outcome.is_ok());
        assert!(request.starts_with("GET /health/ready HTTP/1.1\r\n"));
    }

    #[test]
    fn any_other_response_is_not_ready() {
        for response in [
            "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
            "SSH-2.0-x 200\r\n",
            "HTTP/1.1 2\u{e9}",
            "hello\r\n",
            "",
        ] {
            let (outcome, _) = check_server_with_response(response);
            let refused = matches!(outcome, Err(Failure::NotReady { .. }));
            assert!(refused, "{response:?}: {outcome:?}");
        }
    }

    #[test]
    fn the_status_is_the_reason() {
        let response = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
        let (outcome, _) = check_server_with_response(response);
        let message = outcome.unwrap_err().to_string();
        assert!(message.ends_with("status 503"), "{message}");
    }

    #[test]
    fn a_closed_port_is_not_ready() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let listen = listener.local_addr().unwrap();
        drop(listener);
        assert!(matches!(
            run(&HealthcheckArgs { listen }),
            Err(Failure::NotReady { .. })
        ));
    }
}
