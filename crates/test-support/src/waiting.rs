use std::time::{Duration, Instant};

/// How long a poll rests before the next.
const PAUSE: Duration = Duration::from_millis(10);

/// Polls until the answer is yes.
///
/// # Panics
/// When the answer is still no after `deadline`; the message says `what` was waited for.
pub async fn eventually(what: &str, deadline: Duration, mut poll: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !poll().await {
        assert!(
            started.elapsed() < deadline,
            "waited {deadline:?} in vain: {what}"
        );
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn waiting_ends_with_the_first_yes() {
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
    async fn waiting_in_vain_is_a_failure() {
        eventually("the impossible", Duration::ZERO, async || false).await;
    }
}
