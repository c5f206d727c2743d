//! The adapter against an engine that answers as a test tells it to.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use customers_adapter_vault::{KeyName, Settings, Token, Vault};
use customers_ports::{MasterKey as _, MasterKeyError, SecretKey, WrappedKey};

/// A request as the engine received it.
struct Received {
    path: String,
    token: String,
    body: String,
}

/// An engine that gives these responses, one for each request, and then closes.
struct FakeEngine {
    address: String,
    received: Receiver<Received>,
}

impl FakeEngine {
    fn with(responses: &[(u16, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let responses: Vec<(u16, String)> = responses
            .iter()
            .map(|(status, body)| (*status, (*body).to_owned()))
            .collect();
        let (sender, received) = channel();
        thread::spawn(move || {
            for (status, body) in responses {
                let (mut stream, _) = listener.accept().unwrap();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut head = String::new();
                while !head.ends_with("\r\n\r\n") {
                    reader.read_line(&mut head).unwrap();
                }
                let header = |name: &str| {
                    let mut lines = head.lines();
                    let line = lines.find(|line| line.to_ascii_lowercase().starts_with(name));
                    line.and_then(|line| line.split_once(": "))
                        .map_or(String::new(), |(_, value)| value.to_owned())
                };
                let mut text = vec![0; header("content-length:").parse().unwrap()];
                reader.read_exact(&mut text).unwrap();
                let received = Received {
                    path: head.split(' ').nth(1).unwrap().to_owned(),
                    token: header("x-vault-token:"),
                    body: String::from_utf8(text).unwrap(),
                };
                sender.send(received).unwrap();
                let length = body.len();
                write!(
                    stream,
                    "HTTP/1.1 {status} x\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                )
                .unwrap();
            }
        });
        Self { address, received }
    }

    fn vault(&self, token: Token) -> Vault {
        Vault::new(Settings {
            address: self.address.clone(),
            token,
            key: KeyName::parse("customers").unwrap(),
        })
        .unwrap()
    }

    /// Returns how many requests came that nobody has looked at.
    fn requests(&self) -> usize {
        self.received.try_iter().count()
    }
}

fn token() -> Token {
    Token::Value("s.token".to_owned().into())
}

fn key() -> SecretKey {
    SecretKey::from_slice(&[7; 32]).unwrap()
}

fn wrapped() -> WrappedKey {
    WrappedKey {
        master_key: "vault:older:v3".to_owned(),
        bytes: b"vault:v3:abc".to_vec(),
    }
}

const ENCRYPTED: &str = r#"{"data": {"ciphertext": "vault:v2:abc", "key_version": 2}}"#;
/// 32 bytes of 7 in Base64.
const DECRYPTED: &str =
    r#"{"data": {"plaintext": "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="}}"#;

#[tokio::test]
async fn a_key_is_wrapped_by_the_configured_key_and_bound_to_its_context() {
    let engine = FakeEngine::with(&[(200, ENCRYPTED)]);
    let wrapped = engine.vault(token()).wrap_key(&key(), b"ctx").await;
    let wrapped = wrapped.unwrap();
    assert_eq!(wrapped.master_key, "vault:customers:v2");
    assert_eq!(wrapped.bytes, b"vault:v2:abc");
    let request = engine.received.recv().unwrap();
    assert_eq!(request.path, "/v1/transit/encrypt/customers");
    assert_eq!(request.token, "s.token");
    assert!(request.body.contains(r#""associated_data":"Y3R4""#));
    assert!(request.body.contains("BwcHBwcH"));
}

#[tokio::test]
async fn a_key_is_unwrapped_by_the_key_that_its_id_names() {
    let engine = FakeEngine::with(&[(200, DECRYPTED)]);
    let unwrapped = engine.vault(token()).unwrap_key(&wrapped(), b"ctx").await;
    assert_eq!(unwrapped.unwrap().expose(), key().expose());
    let request = engine.received.recv().unwrap();
    assert_eq!(request.path, "/v1/transit/decrypt/older");
    assert!(request.body.contains("vault:v3:abc"));
}

#[tokio::test]
async fn a_key_of_another_adapter_is_unknown_and_costs_no_request() {
    let engine = FakeEngine::with(&[]);
    let foreign = WrappedKey {
        master_key: "0123456789abcdef".to_owned(),
        ..wrapped()
    };
    let unknown = MasterKeyError::Unknown {
        master_key: foreign.master_key.clone(),
    };
    let refused = engine.vault(token()).unwrap_key(&foreign, b"ctx").await;
    assert_eq!(refused.unwrap_err(), unknown);
}

#[tokio::test]
async fn what_may_pass_is_tried_again() {
    let engine = FakeEngine::with(&[
        (503, r#"{"errors": ["Vault is sealed"]}"#),
        (429, ""),
        (200, DECRYPTED),
    ]);
    let unwrapped = engine.vault(token()).unwrap_key(&wrapped(), b"ctx").await;
    assert!(unwrapped.is_ok());
    assert_eq!(engine.requests(), 3);
}

#[tokio::test]
async fn a_vault_that_stays_away_is_unavailable_with_its_reason() {
    let sealed = (503, r#"{"errors": ["Vault is sealed"]}"#);
    let engine = FakeEngine::with(&[sealed; 3]);
    let failed = engine.vault(token()).wrap_key(&key(), b"ctx").await;
    let MasterKeyError::Unavailable { reason } = failed.unwrap_err() else {
        unreachable!("the vault is unavailable");
    };
    assert_eq!(reason, "the vault returned 503: Vault is sealed");

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let key_name = KeyName::parse("customers").unwrap();
    let away = Vault::new(Settings {
        address,
        token: token(),
        key: key_name,
    });
    let failed = away.unwrap().wrap_key(&key(), b"ctx").await;
    assert!(matches!(failed, Err(MasterKeyError::Unavailable { .. })));
}

#[tokio::test]
async fn an_expired_token_and_a_deleted_key_are_unavailable_at_once() {
    for (status, message) in [
        (403, "permission denied"),
        (400, "encryption key not found"),
    ] {
        let body = format!(r#"{{"errors": ["{message}"]}}"#);
        let engine = FakeEngine::with(&[(status, &body)]);
        let failed = engine.vault(token()).unwrap_key(&wrapped(), b"ctx").await;
        let reason = format!("the vault returned {status}: {message}");
        assert_eq!(failed.unwrap_err(), MasterKeyError::Unavailable { reason });
        assert_eq!(engine.requests(), 1);
    }
}

#[tokio::test]
async fn an_altered_key_is_rejected() {
    for message in [
        "cipher: message authentication failed",
        "invalid ciphertext: no prefix",
    ] {
        let body = format!(r#"{{"errors": ["{message}"]}}"#);
        let engine = FakeEngine::with(&[(400, &body)]);
        let failed = engine.vault(token()).unwrap_key(&wrapped(), b"ctx").await;
        assert_eq!(failed.unwrap_err(), MasterKeyError::Rejected);
    }
}

#[tokio::test]
async fn a_response_of_something_else_is_unavailable() {
    for body in [
        "",
        "<html>",
        r#"{"data": {}}"#,
        r#"{"data": {"plaintext": "AAAA"}}"#,
    ] {
        let engine = FakeEngine::with(&[(200, body)]);
        let failed = engine.vault(token()).unwrap_key(&wrapped(), b"ctx").await;
        assert!(matches!(failed, Err(MasterKeyError::Unavailable { .. })));
    }
}

#[tokio::test]
async fn a_renewed_token_file_is_used_by_the_next_request() {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("token");
    let engine = FakeEngine::with(&[(200, DECRYPTED), (200, DECRYPTED)]);
    let vault = engine.vault(Token::File(path.clone()));
    for token in ["s.old", "s.new"] {
        std::fs::write(&path, token).unwrap();
        vault.unwrap_key(&wrapped(), b"ctx").await.unwrap();
        assert_eq!(engine.received.recv().unwrap().token, token);
    }
    std::fs::remove_file(&path).unwrap();
    let failed = vault.unwrap_key(&wrapped(), b"ctx").await;
    assert!(matches!(failed, Err(MasterKeyError::Unavailable { .. })));
}
