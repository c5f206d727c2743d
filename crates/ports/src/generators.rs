use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Generates UUIDs for ids of every kind. Typed ids have constructors, such as
/// [`CustomerId::from_uuid`](customers_domain::CustomerId::from_uuid).
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait IdGenerator: Send + Sync {
    /// Returns a UUID version 7 (RFC 9562) with `at` in its first 48 bits, in milliseconds.
    ///
    /// It MUST contain at least 62 bits from a cryptographically secure random source. No id is returned twice.
    fn uuid(&self, at: DateTime<Utc>) -> Uuid;
}

/// Clock of the program.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait Clock: Send + Sync {
    /// Returns the current time. It MUST be a whole number of microseconds, the precision of every store, so that a
    /// response now and a read later show the same time.
    fn now(&self) -> DateTime<Utc>;
}
