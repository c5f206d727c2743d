use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use customers_domain::CustomerId;
use customers_ports::{Clock, IdGenerator};
use uuid::{NoContext, Timestamp, Uuid};

/// Returns the default time of tests: 2025-09-22T09:01:09.123456Z.
pub fn test_time() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_758_531_669_123_456).expect("a time of the calendar")
}

/// A clock that shows a fixed time until it is set.
#[derive(Debug)]
pub struct TestClock(Mutex<DateTime<Utc>>);

impl TestClock {
    /// Creates a clock that shows [`test_time`].
    pub fn new() -> Self {
        Self(Mutex::new(test_time()))
    }

    /// Sets the time.
    pub fn set(&self, now: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// Advances the time.
    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Generates unique version 7 UUIDs with the given time.
#[derive(Debug, Clone, Copy, Default)]
pub struct TestIds;

impl IdGenerator for TestIds {
    fn uuid(&self, at: DateTime<Utc>) -> Uuid {
        let seconds = u64::try_from(at.timestamp()).expect("a time after 1970");
        let timestamp = Timestamp::from_unix(NoContext, seconds, at.timestamp_subsec_nanos());
        Uuid::new_v7(timestamp)
    }
}

/// Returns a customer id with the given time.
pub fn customer_id(at: DateTime<Utc>) -> CustomerId {
    CustomerId::from_uuid(TestIds.uuid(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_canonical_and_carry_the_time_in_milliseconds() {
        let id = customer_id(test_time());
        assert_eq!(CustomerId::from_canonical(&id.to_string()), Some(id));
        let (seconds, nanoseconds) = id
            .as_uuid()
            .get_timestamp()
            .expect("a version with a time")
            .to_unix();
        assert_eq!((seconds, nanoseconds), (1_758_531_669, 123_000_000));
        assert_ne!(customer_id(test_time()), id);
    }

    #[test]
    fn the_clock_changes_only_when_it_is_set() {
        let clock = TestClock::new();
        assert_eq!(clock.now(), test_time());
        clock.advance(TimeDelta::hours(1));
        assert_eq!(clock.now(), test_time() + TimeDelta::hours(1));
        clock.set(test_time());
        assert_eq!(clock.now(), test_time());
    }
}
