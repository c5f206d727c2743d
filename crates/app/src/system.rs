//! The clock and id generator of the operating system, behind their ports.

use std::time::SystemTime;

use chrono::{DateTime, SubsecRound as _, Utc};
use customers_ports::{Clock, IdGenerator};
use uuid::{NoContext, Timestamp, Uuid};

/// The system clock, truncated to microseconds, the precision of every store.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the only place that reads the system clock"
    )]
    fn now(&self) -> DateTime<Utc> {
        DateTime::from(SystemTime::now()).trunc_subsecs(6)
    }
}

/// Generates version 7 UUIDs with 74 random bits each, from a cryptographic generator that is seeded by
/// the operating system.
pub(crate) struct UuidV7;

impl IdGenerator for UuidV7 {
    fn uuid(&self, at: DateTime<Utc>) -> Uuid {
        // A time before 1970 cannot be represented in a UUID. Correct clocks do not show it.
        let seconds = u64::try_from(at.timestamp()).unwrap_or_default();
        Uuid::new_v7(Timestamp::from_unix(
            NoContext,
            seconds,
            at.timestamp_subsec_nanos(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_clock_returns_whole_microseconds() {
        let now = SystemClock.now();
        assert_eq!(now, now.trunc_subsecs(6));
        assert!(now > DateTime::UNIX_EPOCH);
    }

    #[test]
    fn an_id_is_version_7_and_contains_its_time_in_milliseconds() {
        let at = DateTime::from_timestamp(1_758_531_669, 123_456_000).unwrap();
        let id = UuidV7.uuid(at);
        assert_eq!(id.get_version_num(), 7);
        assert_eq!(id.as_u128() >> 80, 1_758_531_669_123);
    }

    #[test]
    fn ids_of_the_same_time_are_distinct_and_use_every_random_bit() {
        let at = DateTime::UNIX_EPOCH;
        let ids: Vec<u128> = (0..10_000).map(|_| UuidV7.uuid(at).as_u128()).collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
        let (ones, zeros) = ids
            .iter()
            .fold((0, 0), |(ones, zeros), id| (ones | id, zeros | !id));
        // Four of the last 80 bits are the version and two the variant.
        assert_eq!((ones & zeros & ((1 << 80) - 1)).count_ones(), 74);
    }
}
