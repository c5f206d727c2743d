use std::time::{Duration, Instant};

/// Interval between two polls.
const INTERVAL: Duration = Duration::from_millis(10);

/// Polls until `poll` returns `true`.
///
/// # Panics
/// Panics after `deadline`, with `what` in the message.
pub async fn eventually(what: &str, deadline: Duration, mut poll: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !poll().await {
        assert!(
            started.elapsed() < deadline,
            "waited {deadline:?} in vain: {what}"
        );
        tokio::time::sleep(INTERVAL).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn waiting_ends_when_the_poll_returns_true() {
        let mut polls = 0;
        eventually("the third poll", Duration::from_secs(5), async || {
            polls += 1;
            polls == 3
        })
        .await;
        assert_eq!(polls, 3);
    }

    #[tokio::test]
    #[should_panic(expected = "in vain: the impossible")]
    async fn waiting_beyond_the_deadline_panics() {
        eventually("the impossible", Duration::ZERO, async || false).await;
    }
}
