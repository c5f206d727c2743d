use chrono::TimeDelta;
use metrics::{Gauge, Histogram};

use crate::list;

/// Metrics of the event feed. The default records nothing.
#[derive(Clone, Default)]
pub struct EventMetrics(Option<Recorders>);

#[derive(Clone)]
struct Recorders {
    lag: Histogram,
    waiting: Gauge,
    oldest_waiting: Gauge,
}

impl EventMetrics {
    /// Creates metrics that record to the installed recorder.
    pub fn recording() -> Self {
        Self(Some(Recorders {
            lag: list::EVENT_LAG.histogram([]),
            waiting: list::EVENTS_WAITING.gauge([]),
            oldest_waiting: list::EVENTS_OLDEST_WAITING.gauge([]),
        }))
    }

    /// Records the time from a change to its event being visible. Clocks of several copies differ, so a negative time
    /// counts as none.
    pub fn record_lag(&self, lag: TimeDelta) {
        if let Some(recorders) = &self.0 {
            recorders.lag.record(seconds(lag));
        }
    }

    /// Sets the number of waiting events, and the age of the oldest.
    pub fn set_waiting(&self, count: u64, oldest: TimeDelta) {
        if let Some(recorders) = &self.0 {
            recorders
                .waiting
                .set(u32::try_from(count).unwrap_or(u32::MAX));
            recorders.oldest_waiting.set(seconds(oldest));
        }
    }
}

fn seconds(time: TimeDelta) -> f64 {
    time.to_std().unwrap_or_default().as_secs_f64()
}
