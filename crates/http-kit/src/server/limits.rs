use std::time::Duration;

/// What a connection may take. The default is what the service promises.
#[derive(Debug, Clone)]
pub struct Limits {
    /// To send the head of a request: from the opening, or from the first byte of a later request.
    pub head: Duration,
    /// To send a body, from when it is first waited for. Reading it then fails with [`BodyTimedOut`](super::BodyTimedOut). A
    /// body that the service does not read gets the same time, from the end of the response.
    pub body: Duration,
    /// Without a request, between two.
    pub idle: Duration,
    /// To take an answer, from its start.
    pub answer: Duration,
    /// For running requests to finish once the listener has closed. What is left then is cut.
    pub drain: Duration,
    /// Connections at one time; at least one.
    pub max_connections: usize,
    /// Bytes of headers that are read in any case. More may be answered 431.
    pub head_bytes: usize,
    /// Bytes of a request body with a declared length that are discarded when the service responds without reading
    /// them, so that the connection can be used again. For a larger body the response says `Connection: close`.
    pub unread_body_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(5),
            body: Duration::from_secs(10),
            idle: Duration::from_mins(1),
            answer: Duration::from_secs(30),
            drain: Duration::from_secs(30),
            max_connections: 1000,
            head_bytes: 16 * 1024,
            unread_body_bytes: 64 * 1024,
        }
    }
}
