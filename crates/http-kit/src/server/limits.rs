use std::time::Duration;

/// What a connection may take. The default is what the service promises.
#[derive(Debug, Clone)]
pub struct Limits {
    /// To send the head of a request: from the opening, or from the first byte of a later request.
    pub head: Duration,
    /// To send a body, from when it is first waited for. Reading it then fails with [`BodyTimedOut`].
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
        }
    }
}
