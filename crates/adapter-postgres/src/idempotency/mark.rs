use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

/// How long after a sweep of the whole table the next one begins.
const PERIOD: Duration = Duration::from_hours(1);

/// Up to when records have been swept. Clones share it.
///
/// While a snapshot is held, as by `pg_dump`, deleted rows stay in the table and its index. A sweep
/// that began at the oldest of them would read all of them again at each step; it begins at the mark
/// instead. A record can appear below the mark all the same: where its transaction committed late, or
/// the server's clock was set. So once an hour a sweep begins at the oldest record again.
#[derive(Debug, Clone, Default)]
pub(super) struct Mark(Arc<Mutex<Swept>>);

#[derive(Debug, Default)]
struct Swept {
    until: DateTime<Utc>,
    /// When a sweep last began at the oldest record.
    began: Option<Instant>,
}

impl Mark {
    /// Where the next step begins.
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

    /// Notes that every record that was made before `until` is deleted. It never goes back.
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
    fn a_step_begins_where_the_step_before_ended() {
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
