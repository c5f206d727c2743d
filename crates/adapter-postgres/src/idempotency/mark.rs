use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

/// Time after which a sweep begins at the oldest record again.
const PERIOD: Duration = Duration::from_hours(1);

/// Time up to which records have been swept. Clones share it.
///
/// While a snapshot is held, as by `pg_dump`, deleted rows stay in the table and its index. A sweep from the oldest of
/// them would read all of them at each step, so a sweep begins at the mark. A record can appear below the mark if its
/// transaction committed late or the server's clock was changed. Therefore, once an hour, a sweep begins at the oldest
/// record.
#[derive(Debug, Clone, Default)]
pub(super) struct Mark(Arc<Mutex<Swept>>);

#[derive(Debug, Default)]
struct Swept {
    until: DateTime<Utc>,
    /// Time at which a sweep last began at the oldest record.
    began: Option<Instant>,
}

impl Mark {
    /// Returns the start of the next step.
    pub(super) fn start(&self, now: Instant) -> DateTime<Utc> {
        let mut swept = self.lock();
        if swept.began.is_none_or(|began| now >= began + PERIOD) {
            *swept = Swept {
                until: DateTime::UNIX_EPOCH,
                began: Some(now),
            };
        }
        swept.until
    }

    /// Records that every record created before `until` is deleted. The mark never decreases.
    pub(super) fn advance(&self, until: DateTime<Utc>) {
        let mut swept = self.lock();
        swept.until = swept.until.max(until);
    }

    fn lock(&self) -> MutexGuard<'_, Swept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(number: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(number, 0).unwrap()
    }

    #[test]
    fn a_step_begins_at_the_end_of_the_previous_step() {
        let (mark, now) = (Mark::default(), Instant::now());
        assert_eq!(mark.start(now), DateTime::UNIX_EPOCH);
        mark.advance(second(7));
        mark.advance(second(5));
        assert_eq!(mark.clone().start(now), second(7));
    }

    #[test]
    fn once_an_hour_a_sweep_begins_at_the_oldest_record() {
        let (mark, now) = (Mark::default(), Instant::now());
        mark.start(now);
        mark.advance(second(7));
        let almost = now + PERIOD - Duration::from_secs(1);
        assert_eq!(mark.start(almost), second(7));
        assert_eq!(mark.start(now + PERIOD), DateTime::UNIX_EPOCH);
        mark.advance(second(9));
        assert_eq!(mark.start(now + PERIOD), second(9));
    }
}
