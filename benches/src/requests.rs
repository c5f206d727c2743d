//! The requests of the load. They differ only in the email and the idempotency key.

use std::fmt::Write as _;
use std::net::SocketAddr;

/// Number of digits that identify a request: 4 for the run, 4 for the connection, 8 for the request.
const DIGITS: usize = 4 + 4 + 8;

/// Generates the requests of one connection.
#[derive(Debug, Clone)]
pub(crate) struct Requests {
    /// Address of the service.
    pub(crate) address: SocketAddr,
    bytes: Vec<u8>,
    /// Offsets of the digits in `bytes`.
    offsets: Vec<usize>,
    run: u32,
    connection: u32,
    number: u32,
}

impl Requests {
    /// Creates a generator of creates. `run` must be unique per store.
    pub(crate) fn creates(address: SocketAddr, api_key: &str, run: u32, keyed: bool) -> Self {
        let placeholder = "#".repeat(DIGITS);
        let body = format!(
            r#"{{"first_name":"James","last_name":"Okafor","email":"james.{placeholder}@example.com","phone":"+2348012345678","type":"individual","billing_address":{{"line1":"123 Test Lane","line2":"Suite 456","city":"Lagos","state":"Lagos","zip_code":"100001","country":"NG"}}}}"#
        );
        let key = if keyed {
            format!("Idempotency-Key: create-{placeholder}\r\n")
        } else {
            String::new()
        };
        let text = format!(
            "POST /customers HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {api_key}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n{key}\r\n{body}",
            body.len()
        );
        let offsets = text.match_indices(&placeholder).map(|(at, _)| at).collect();
        Self {
            address,
            bytes: text.into_bytes(),
            offsets,
            run,
            connection: 0,
            number: 0,
        }
    }

    /// Returns the generator for one connection.
    pub(crate) fn of_connection(&self, connection: u32) -> Self {
        Self {
            connection,
            ..self.clone()
        }
    }

    /// Returns the next request.
    pub(crate) fn next(&mut self) -> &[u8] {
        self.number += 1;
        let mut digits = String::with_capacity(DIGITS);
        // Writing to a string cannot fail.
        let _ = write!(
            digits,
            "{:04}{:04}{:08}",
            self.run, self.connection, self.number
        );
        for &at in &self.offsets {
            self.bytes[at..at + DIGITS].copy_from_slice(digits.as_bytes());
        }
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn all_requests_of_all_connections_are_different() {
        let address = "127.0.0.1:80".parse().unwrap();
        let requests = Requests::creates(address, "key", 7, true);
        let mut seen = HashSet::new();
        for connection in 0..2 {
            let mut requests = requests.of_connection(connection);
            for _ in 0..10 {
                assert!(seen.insert(requests.next().to_vec()));
            }
        }
    }

    #[test]
    fn a_request_has_its_length_and_optionally_a_key() {
        let address = "127.0.0.1:80".parse().unwrap();
        for keyed in [true, false] {
            let mut requests = Requests::creates(address, "key", 1, keyed);
            let text = String::from_utf8(requests.next().to_vec()).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            assert!(head.contains(&format!("Content-Length: {}", body.len())));
            assert_eq!(
                head.contains("Idempotency-Key: create-0001000000000001"),
                keyed
            );
            assert!(body.contains("james.0001000000000001@example.com"));
        }
    }
}
