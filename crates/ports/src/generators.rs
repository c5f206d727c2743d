use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Generates ids of every kind. A typed id is made by its own constructor, such as
/// [`CustomerId::from_uuid`](customers_domain::CustomerId::from_uuid); modules make theirs likewise.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait IdGenerator: Send + Sync {
    /// Returns a UUID version 7 (RFC 9562) that carries `at` in its first 48 bits, in milliseconds.
    ///
    /// It MUST hold at least 62 random bits from a source that callers cannot foresee. No id is ever
    /// returned twice.
    fn uuid(&self, at: DateTime<Utc>) -> Uuid;
}

/// Tells the time.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait Clock: Send + Sync {
    /// The present time. It MUST hold whole microseconds, the finest that every store keeps, so that
    /// what is answered now and what is read later are the same.
    fn now(&self) -> DateTime<Utc>;
}
