use axum::body::{Body, Bytes};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use serde_json::Value;

/// The id of every request without an id of its own, so that whole problems can be compared.
pub const REQUEST_ID: &str = "the-request";

/// A request that is not sent yet.
#[derive(Debug, Clone)]
pub struct Call {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Call {
    /// Creates a request without a key and a body.
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

    /// Creates a GET without a key.
    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// Sets a header to one value.
    #[must_use]
    pub fn header(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.without(name).another(name, value)
    }

    /// Adds a value to a header, which may have one already.
    #[must_use]
    pub fn another(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let value = HeaderValue::from_bytes(value.as_ref()).expect("bytes fit for a header");
        self.headers.append(header_name(name), value);
        self
    }

    /// Removes a header.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.remove(header_name(name));
        self
    }

    /// Sets the API key.
    #[must_use]
    pub fn key(self, key: &str) -> Self {
        self.header("authorization", format!("Bearer {key}"))
    }

    /// Sets the idempotency key.
    #[must_use]
    pub fn once(self, idempotency_key: &str) -> Self {
        self.header("idempotency-key", idempotency_key)
    }

    /// Sets the body to these bytes, with the media type JSON.
    #[must_use]
    pub fn bytes(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header("content-type", "application/json")
    }

    /// Sets the body to this value as JSON.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.bytes(body.to_string())
    }

    /// Sets the path.
    #[must_use]
    pub fn path(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// Sets the method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = method.parse().expect("a method");
        self
    }

    /// Returns the expected `X-Request-Id` of the response.
    pub(crate) fn request_id(&self) -> Option<&HeaderValue> {
        self.headers.get("x-request-id")
    }

    /// Converts it to a request without a socket.
    pub fn into_request(self) -> Request<Body> {
        let mut request = Request::new(Body::from(self.body));
        *request.method_mut() = self.method;
        *request.uri_mut() = self.path.parse().expect("a path");
        *request.headers_mut() = self.headers;
        request
    }

    /// Returns the bytes of the request for a connection, which is closed after the response.
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
