use std::time::Duration;

/// Limits of connections. The defaults are the documented limits of the service.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Time to send the head of a request, from the accept of the connection or from the first byte of a later request.
    pub head: Duration,
    /// Time to send a body, from the first read by the service. The read then fails with
    /// [`BodyTimedOut`](super::BodyTimedOut). A body that the service does not read gets the same time, from the end of
    /// the response.
    pub body: Duration,
    /// Time without a request between two requests.
    pub idle: Duration,
    /// Time to receive a response, from its start.
    pub response: Duration,
    /// Time for requests in flight to finish after the listener has closed. Remaining ones are cancelled.
    pub drain: Duration,
    /// Maximum number of concurrent connections; at least 1.
    pub max_connections: usize,
    /// Minimum size in bytes of headers that are accepted. Larger headers may get 431.
    pub head_bytes: usize,
    /// Maximum number of bytes of an unread request body with a declared length that are discarded, so that the
    /// connection can be used again. For a larger body the response has `Connection: close`.
    pub unread_body_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(5),
            body: Duration::from_secs(10),
            idle: Duration::from_mins(1),
            response: Duration::from_secs(30),
            drain: Duration::from_secs(30),
            max_connections: 1000,
            head_bytes: 16 * 1024,
            unread_body_bytes: 64 * 1024,
        }
    }
}
