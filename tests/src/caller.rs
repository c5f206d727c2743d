use std::net::SocketAddr;
use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use serde_json::Value;

use crate::{Answer, Program, REQUEST_ID};

/// Timeout of requests; longer than any request takes.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A client with an API key that uses real connections.
#[derive(Debug, Clone)]
pub struct Caller {
    client: Client,
    address: SocketAddr,
    key: String,
}

impl Caller {
    /// Creates a client of the program.
    pub fn new(program: &Program, key: &str) -> Self {
        Self::at(program.address(), key)
    }

    /// Creates a client of an address.
    pub fn at(address: SocketAddr, key: &str) -> Self {
        let client = Client::builder().timeout(TIMEOUT).no_proxy().build();
        Self {
            client: client.expect("a client without TLS"),
            address,
            key: key.to_owned(),
        }
    }

    /// Returns the same client with new connections.
    #[must_use]
    pub fn afresh(&self) -> Self {
        let client = Client::builder().timeout(TIMEOUT).no_proxy().build();
        Self {
            client: client.expect("a client without TLS"),
            ..self.clone()
        }
    }

    /// Creates a customer, with an idempotency key if one is given.
    ///
    /// # Errors
    /// Returns an error if no complete response arrives.
    pub async fn try_create(&self, body: &Value, once: Option<&str>) -> reqwest::Result<Answer> {
        let request = self.client.post(self.url("/customers")).json(body);
        let request = request.bearer_auth(&self.key);
        answer(match once {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        })
        .await
    }

    /// Like [`Self::try_create`]. Panics if no complete response arrives.
    pub async fn create(&self, body: &Value, once: Option<&str>) -> Answer {
        let answer = self.try_create(body, once).await;
        answer.expect("an answer to a create")
    }

    /// Reads a path with the key.
    ///
    /// # Errors
    /// Returns an error if no complete response arrives.
    pub async fn try_get(&self, path: &str) -> reqwest::Result<Answer> {
        answer(self.client.get(self.url(path)).bearer_auth(&self.key)).await
    }

    /// Like [`Self::try_get`]. Panics if no complete response arrives.
    pub async fn get(&self, path: &str) -> Answer {
        let request = self.client.get(self.url(path)).bearer_auth(&self.key);
        answer(request).await.expect("an answer to a read")
    }

    /// Reads a path without a key.
    pub async fn get_without_key(&self, path: &str) -> Answer {
        let request = self.client.get(self.url(path));
        answer(request).await.expect("an answer to a read")
    }

    /// Changes the customer at a path that has that version: an edit, or a decision.
    pub async fn change(&self, method: &str, path: &str, version: u32, body: &Value) -> Answer {
        let method = method.parse().expect("a method");
        let request = self.client.request(method, self.url(path)).json(body);
        let request = request.header("if-match", format!("\"{version}\""));
        let answer = answer(request.bearer_auth(&self.key)).await;
        answer.expect("an answer to a change")
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

async fn answer(request: RequestBuilder) -> reqwest::Result<Answer> {
    let response = request.header("x-request-id", REQUEST_ID).send().await?;
    let status = response.status().as_u16();
    let mut headers = response.headers().clone();
    headers.remove("date");
    let body = response.bytes().await?;
    Ok(Answer {
        status,
        headers,
        body,
    })
}
