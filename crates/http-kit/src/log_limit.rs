use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Lets one log line through in each period, where clients decide how often there is a reason for it.
pub(crate) struct LogLimit {
    period: Duration,
    last: Mutex<Option<Instant>>,
}

impl LogLimit {
    /// At most one line in that period.
    pub(crate) const fn every(period: Duration) -> Self {
        Self {
            period,
            last: Mutex::new(None),
        }
    }

    /// Whether a line may be written now. If so, the period begins.
    pub(crate) fn allows(&self, now: Instant) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|last| now.saturating_duration_since(last) >= self.period);
        if due {
            *last = Some(now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_let_through_in_each_period() {
        let limit = LogLimit::every(Duration::from_mins(1));
        let start = Instant::now();
        let allowed = [0, 1, 59, 60, 61, 119, 120].map(|seconds| {
            let now = start + Duration::from_secs(seconds);
            limit.allows(now)
        });
        assert_eq!(allowed, [true, false, false, true, false, false, true]);
    }
}
