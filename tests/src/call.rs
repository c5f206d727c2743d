use axum::body::{Body, Bytes};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use serde_json::Value;

/// The id of every request that does not choose another, so that whole problems can be compared.
pub const REQUEST_ID: &str = "the-request";

/// A request, before it is sent.
#[derive(Debug, Clone)]
pub struct Call {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Call {
    /// A request without a key and without a body.
    pub fn new(method: &str, path: &str) -> Self {
        let method = method.parse().expect("a method");
        let call = Self {
            method,
            path: path.to_owned(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        };
        call.header("host", "127.0.0.1")
            .header("x-request-id", REQUEST_ID)
    }

    /// A GET without a key.
    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// Sets a header to one value.
    #[must_use]
    pub fn header(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.without(name).another(name, value)
    }

    /// Adds a value to a header that may have one.
    #[must_use]
    pub fn another(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let value = HeaderValue::from_bytes(value.as_ref()).expect("bytes fit for a header");
        self.headers.append(header_name(name), value);
        self
    }

    /// Takes a header away.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.remove(header_name(name));
        self
    }

    /// Says who calls.
    #[must_use]
    pub fn key(self, key: &str) -> Self {
        self.header("authorization", format!("Bearer {key}"))
    }

    /// Names the request, so that it is carried out once.
    #[must_use]
    pub fn once(self, idempotency_key: &str) -> Self {
        self.header("idempotency-key", idempotency_key)
    }

    /// Sends these bytes, said to be JSON.
    #[must_use]
    pub fn bytes(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header("content-type", "application/json")
    }

    /// Sends this value as JSON.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.bytes(body.to_string())
    }

    /// Asks another path.
    #[must_use]
    pub fn path(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// Asks by another method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = method.parse().expect("a method");
        self
    }

    /// The value that the answer's `X-Request-Id` must have.
    pub(crate) fn request_id(&self) -> Option<&HeaderValue> {
        self.headers.get("x-request-id")
    }

    /// The request itself.
    pub fn into_request(self) -> Request<Body> {
        let mut request = Request::new(Body::from(self.body));
        *request.method_mut() = self.method;
        *request.uri_mut() = self.path.parse().expect("a path");
        *request.headers_mut() = self.headers;
        request
    }

    /// The bytes of the request as they go over a connection, which is closed after the answer.
    pub fn into_bytes(self) -> Vec<u8> {
        let mut out = format!("{} {} HTTP/1.1\r\n", self.method, self.path).into_bytes();
        let length = self.body.len().to_string();
        let mut headers = self.headers;
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        if !self.body.is_empty() {
            let length = HeaderValue::from_str(&length).expect("a number");
            headers.insert(header::CONTENT_LENGTH, length);
        }
        for (name, value) in &headers {
            out.extend_from_slice(name.as_str().as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(value.as_bytes());
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(&self.body);
        out
    }
}

fn header_name(name: &str) -> HeaderName {
    name.parse().expect("a header's name")
}
