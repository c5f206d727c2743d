use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Limits log lines that clients can cause to one in each period.
pub(crate) struct LogLimit {
    period: Duration,
    last: Mutex<Option<Instant>>,
}

impl LogLimit {
    /// Creates a limit of one line in each period.
    pub(crate) const fn every(period: Duration) -> Self {
        Self {
            period,
            last: Mutex::new(None),
        }
    }

    /// Returns whether a line may be written now. If so, a new period begins.
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
    fn one_line_is_allowed_in_each_period() {
        let limit = LogLimit::every(Duration::from_mins(1));
        let start = Instant::now();
        let allowed = [0, 1, 59, 60, 61, 119, 120].map(|seconds| {
            let now = start + Duration::from_secs(seconds);
            limit.allows(now)
        });
        assert_eq!(allowed, [true, false, false, true, false, false, true]);
    }
}
