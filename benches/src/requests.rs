//! The requests of the load: all alike but for the email, and the idempotency key where there is one.

use std::fmt::Write as _;
use std::net::SocketAddr;

/// Digits that tell one request from every other: run, connection, number.
const DIGITS: usize = 4 + 4 + 8;

/// A source of requests. Each connection takes one of its own.
#[derive(Debug, Clone)]
pub(crate) struct Requests {
    /// To whom.
    pub(crate) address: SocketAddr,
    bytes: Vec<u8>,
    /// Where the digits stand.
    places: Vec<usize>,
    run: u32,
    connection: u32,
    number: u32,
}

impl Requests {
    /// Requests that create a customer each. No two runs of one store may have the same `run`.
    pub(crate) fn creates(address: SocketAddr, api_key: &str, run: u32, keyed: bool) -> Self {
        let mark = "#".repeat(DIGITS);
        let body = format!(
            r#"{{"first_name":"James","last_name":"Okafor","email":"james.{mark}@example.com","phone":"+2348012345678","type":"individual","billing_address":{{"line1":"123 Test Lane","line2":"Suite 456","city":"Lagos","state":"Lagos","zip_code":"100001","country":"NG"}}}}"#
        );
        let key = if keyed {
            format!("Idempotency-Key: create-{mark}\r\n")
        } else {
            String::new()
        };
        let text = format!(
            "POST /customers HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {api_key}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n{key}\r\n{body}",
            body.len()
        );
        let places = text.match_indices(&mark).map(|(at, _)| at).collect();
        Self {
            address,
            bytes: text.into_bytes(),
            places,
            run,
            connection: 0,
            number: 0,
        }
    }

    /// The requests of one connection.
    pub(crate) fn of_connection(&self, connection: u32) -> Self {
        Self {
            connection,
            ..self.clone()
        }
    }

    /// The next request, whole.
    pub(crate) fn next(&mut self) -> &[u8] {
        self.number += 1;
        let mut digits = String::with_capacity(DIGITS);
        // Writing to a string cannot fail.
        let _ = write!(
            digits,
            "{:04}{:04}{:08}",
            self.run, self.connection, self.number
        );
        for &at in &self.places {
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
    fn no_two_requests_of_two_connections_are_alike() {
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
    fn a_request_says_its_length_and_carries_a_key_if_it_is_asked_to() {
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
