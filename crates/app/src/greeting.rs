//! The greeting on stdout when the service starts in memory.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use customers_use_cases::ApiKeySecret;

/// Returns the address at which this machine reaches a listener: loopback for an unspecified address.
pub(crate) fn local(address: SocketAddr) -> SocketAddr {
    let mut local = address;
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => local.set_ip(Ipv4Addr::LOCALHOST.into()),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => local.set_ip(Ipv6Addr::LOCALHOST.into()),
        SocketAddr::V4(_) | SocketAddr::V6(_) => {}
    }
    local
}

/// Returns the greeting: the URL, the API key, and a command that creates a first customer.
pub(crate) fn text(address: SocketAddr, key: &ApiKeySecret) -> String {
    let base = format!("http://{}", local(address));
    let key = key.expose();
    format!(
        r#"The service is ready at {base}. Documentation to try it: {base}/docs
API key: {key}

Create a first customer:

curl -i -X POST {base}/customers \
  -H "Authorization: Bearer {key}" \
  -H "Content-Type: application/json" \
  -d '{{
    "first_name": "James",
    "last_name": "Okafor",
    "email": "james.okafor@example.com",
    "phone": "+2348012345678",
    "type": "individual",
    "billing_address": {{
      "line1": "123 Test Lane",
      "line2": "Suite 456",
      "city": "Lagos",
      "state": "Lagos",
      "zip_code": "100001",
      "country": "NG"
    }}
  }}'

"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unspecified_address_becomes_loopback_and_others_are_unchanged() {
        for (address, reached) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:8080", "[::1]:8080"),
            ("192.0.2.7:80", "192.0.2.7:80"),
            ("127.0.0.1:1", "127.0.0.1:1"),
        ] {
            let address: SocketAddr = address.parse().unwrap();
            assert_eq!(local(address), reached.parse().unwrap());
        }
    }

    #[test]
    fn the_greeting_contains_the_address_and_the_key() {
        let key = ApiKeySecret::generate().unwrap();
        let text = text("0.0.0.0:8080".parse().unwrap(), &key);
        assert!(text.contains("curl -i -X POST http://127.0.0.1:8080/customers \\\n"));
        assert!(text.contains(&format!("Authorization: Bearer {}\"", key.expose())));
    }
}
