use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use customers_ports::{MasterKey, MasterKeyError, SecretKey, WrappedKey};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};
use zeroize::Zeroizing;

use crate::client::{Client, Operation};
use crate::error::{RequestError, SettingsError};
use crate::key_name::KeyName;
use crate::token::Token;

/// Waits before the second and the third attempt of a request.
const BACKOFF: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];
/// Time limit for all attempts, with the time that a request waits for others.
const TIME_LIMIT: Duration = Duration::from_secs(8);
/// Maximum number of requests at a time.
const MAX_REQUESTS: usize = 16;

/// How to reach the transit engine.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Base URL of the vault, such as `https://vault.example.com:8200`.
    pub address: String,
    /// Source of the token.
    pub token: Token,
    /// Key that wraps.
    pub key: KeyName,
}

/// A master key in the transit engine of HashiCorp Vault or OpenBao, mounted at `transit`.
///
/// The newest version of the configured key wraps. The id of a wrapped key names the key and its version, and that key
/// unwraps, so the configured key can change. Requests have time limits. Those that fail for a reason that may pass are
/// repeated a few times.
pub struct Vault {
    client: Arc<Client>,
    key: KeyName,
    requests: Semaphore,
}

impl Vault {
    /// Creates the adapter. It sends no request.
    ///
    /// # Errors
    /// Returns an error if the address is invalid, or if it uses https and the system has no root certificates.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        let Settings {
            address,
            token,
            key,
        } = settings;
        Ok(Self {
            client: Arc::new(Client::new(&address, token)?),
            key,
            requests: Semaphore::new(MAX_REQUESTS),
        })
    }

    /// Sends a request, and repeats it if that may help. Returns the body of the response.
    async fn request(
        &self,
        operation: Operation,
        key: &KeyName,
        body: Zeroizing<Vec<u8>>,
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        timeout(TIME_LIMIT, self.attempts(operation, key, body))
            .await
            .unwrap_or(Err(Failure::TimedOut))
    }

    async fn attempts(
        &self,
        operation: Operation,
        key: &KeyName,
        body: Zeroizing<Vec<u8>>,
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let _permit = self.requests.acquire().await;
        let body = Arc::new(body);
        let mut backoff = BACKOFF.into_iter();
        loop {
            let (client, key, body) = (Arc::clone(&self.client), key.clone(), Arc::clone(&body));
            let sent = spawn_blocking(move || client.send(operation, &key, &body)).await;
            let error = match sent {
                Ok(Ok(response)) => return Ok(response),
                Ok(Err(error)) => error,
                Err(_) => return Err(Failure::Stopped),
            };
            match backoff.next().filter(|_| error.is_transient()) {
                Some(wait) => sleep(wait).await,
                None => return Err(Failure::Request(error)),
            }
        }
    }
}

#[async_trait]
impl MasterKey for Vault {
    async fn wrap_key(
        &self,
        key: &SecretKey,
        context: &[u8],
    ) -> Result<WrappedKey, MasterKeyError> {
        let plaintext = Zeroizing::new(BASE64_STANDARD.encode(key.expose()));
        let body = encoded(&Encrypt {
            plaintext: &plaintext,
            associated_data: BASE64_STANDARD.encode(context),
        })?;
        let response = self.request(Operation::Encrypt, &self.key, body).await?;
        let ciphertext = ciphertext(&response).ok_or(Failure::Request(RequestError::Malformed))?;
        let version = version(&ciphertext).ok_or(Failure::Request(RequestError::Malformed))?;
        Ok(WrappedKey {
            master_key: self.key.id(version),
            bytes: ciphertext.into_bytes(),
        })
    }

    async fn unwrap_key(
        &self,
        wrapped: &WrappedKey,
        context: &[u8],
    ) -> Result<SecretKey, MasterKeyError> {
        let unknown = || MasterKeyError::Unknown {
            master_key: wrapped.master_key.clone(),
        };
        let key = KeyName::of_id(&wrapped.master_key).ok_or_else(unknown)?;
        let ciphertext = str::from_utf8(&wrapped.bytes).map_err(|_| MasterKeyError::Rejected)?;
        let body = encoded(&Decrypt {
            ciphertext,
            associated_data: BASE64_STANDARD.encode(context),
        })?;
        let response = self.request(Operation::Decrypt, &key, body).await?;
        plaintext(&response).ok_or_else(|| Failure::Request(RequestError::Malformed).into())
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// Reason why all attempts failed.
enum Failure {
    Request(RequestError),
    TimedOut,
    /// The runtime is shutting down.
    Stopped,
}

impl From<Failure> for MasterKeyError {
    fn from(failure: Failure) -> Self {
        let reason = match failure {
            Failure::Request(error) if error.is_rejection() => return Self::Rejected,
            Failure::Request(error) => error.to_string(),
            Failure::TimedOut => "the vault did not answer in time".to_owned(),
            Failure::Stopped => "the program is stopping".to_owned(),
        };
        Self::Unavailable { reason }
    }
}

#[derive(Serialize)]
struct Encrypt<'a> {
    plaintext: &'a str,
    associated_data: String,
}

#[derive(Serialize)]
struct Decrypt<'a> {
    ciphertext: &'a str,
    associated_data: String,
}

#[derive(Deserialize)]
struct Response<T> {
    data: T,
}

#[derive(Deserialize)]
struct Encrypted {
    ciphertext: String,
}

#[derive(Deserialize)]
struct Decrypted<'a> {
    plaintext: &'a str,
}

fn encoded(request: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, MasterKeyError> {
    let body = serde_json::to_vec(request).map_err(|_| MasterKeyError::Rejected)?;
    Ok(Zeroizing::new(body))
}

fn ciphertext(response: &[u8]) -> Option<String> {
    let response: Response<Encrypted> = serde_json::from_slice(response).ok()?;
    Some(response.data.ciphertext)
}

/// The version of the key in a ciphertext such as `vault:v3:…`.
fn version(ciphertext: &str) -> Option<u32> {
    let (version, _) = ciphertext.strip_prefix("vault:v")?.split_once(':')?;
    version.parse().ok()
}

fn plaintext(response: &[u8]) -> Option<SecretKey> {
    let response: Response<Decrypted<'_>> = serde_json::from_slice(response).ok()?;
    let key = BASE64_STANDARD.decode(response.data.plaintext).ok()?;
    SecretKey::from_slice(&Zeroizing::new(key))
}
